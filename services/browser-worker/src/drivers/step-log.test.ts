import { expect, test } from 'vitest';
import { StepLog } from './step-log.ts';

test('keeps each step with its time, a failed one too, and tells about them', async () => {
  const told: string[] = [];
  const steps = new StepLog({
    onStart: (name) => void told.push(`start ${name}`),
    onEnd: ({ name, failed }) => told.push(`${failed ? 'failed' : 'end'} ${name}`),
  });
  expect(await steps.run('one', async () => 1)).toBe(1);
  const own = new Error('no');
  await expect(steps.run('two', () => Promise.reject(own))).rejects.toBe(own);
  expect(steps.timings).toMatchObject([{ name: 'one' }, { name: 'two', failed: true }]);
  expect(told).toEqual(['start one', 'end one', 'start two', 'failed two']);
});

test('does not do a step whose listener refuses', async () => {
  const refusal = new Error('stop here');
  const steps = new StepLog({ onStart: () => Promise.reject(refusal) });
  let done = false;
  const act = async () => {
    done = true;
  };
  await expect(steps.run('one', act)).rejects.toBe(refusal);
  expect(done).toBe(false);
});
