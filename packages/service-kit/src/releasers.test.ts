import { expect, it } from 'vitest';
import { createLogger, Releasers } from './mod.ts';

const log = createLogger('test', 'silent');

it('releases in reverse order, waiting for each, once', async () => {
  const released: string[] = [];
  const releasers = new Releasers(log);
  releasers.add('first', async () => {
    await Promise.resolve();
    released.push('first');
  });
  releasers.add('second', () => released.push('second'));
  await Promise.all([releasers.releaseAll(), releasers.releaseAll()]);
  expect(released).toEqual(['second', 'first']);
});

it('goes on after a release that fails', async () => {
  const released: string[] = [];
  const releasers = new Releasers(log);
  releasers.add('first', () => released.push('first'));
  releasers.add('failing', () => {
    throw new Error('no');
  });
  await releasers.releaseAll();
  expect(released).toEqual(['first']);
});
