import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { LinkedAbort } from './mod.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('aborts with the reason of the first source that does', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const link = new LinkedAbort([first.signal, second.signal], 10_000);
  second.abort('second');
  first.abort('first');
  expect(link.signal.reason).toBe('second');
  expect(link.timedOut).toBe(false);
});

it('is aborted at once when a source is already', () => {
  expect(new LinkedAbort([AbortSignal.abort('before')]).signal.reason).toBe('before');
});

it('aborts at its deadline, however much garbage is collected before', async () => {
  const pending = (() => {
    const { signal } = new LinkedAbort([new AbortController().signal], 60);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
  })();
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    await sleep(1);
  }
  expect(await pending).toMatchObject({ name: 'TimeoutError' });
});

it('leaves nothing behind at its sources when it is disposed of', () => {
  const source = new AbortController();
  {
    using link = new LinkedAbort([source.signal], 10_000);
    expect(getEventListeners(source.signal, 'abort')).toHaveLength(1);
    expect(link.signal.aborted).toBe(false);
  }
  expect(getEventListeners(source.signal, 'abort')).toHaveLength(0);
});
