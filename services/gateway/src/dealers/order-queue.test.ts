import { expect, it } from 'vitest';
import { orderQueue } from './order-queue.ts';

let seq = 0;
const job = (id: string) => ({ id, lane: id[0] as string, commandSeq: seq++ });
const ids = (waiting: string[], turns: string[], running: string[] = []) =>
  orderQueue(waiting.map(job), turns, new Set(running)).map(({ id }) => id);

it.each([
  ['nothing', [], [], [], []],
  ['one dealer, in order', ['a1', 'a2', 'a3'], ['a'], [], ['a1', 'a2', 'a3']],
  [
    'dealers take turns',
    ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'],
    ['a', 'b', 'c'],
    [],
    ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'],
  ],
  ['in the order of their turns', ['a1', 'b1', 'b2'], ['b', 'a'], [], ['b1', 'a1', 'b2']],
  ['the one that runs goes to the back', ['a2', 'a3', 'b1'], ['a', 'b'], ['a'], ['b1', 'a2', 'a3']],
  ['one without a turn comes last', ['c1', 'a1', 'b1'], ['b', 'a'], [], ['b1', 'a1', 'c1']],
])('predicts the order of %s', (_what, waiting, turns, running, expected) => {
  expect(ids(waiting, turns, running)).toEqual(expected);
});

it("keeps a dealer's submits in order, whatever order they are read in", () => {
  const [first, second] = [job('a1'), job('a2')];
  expect(orderQueue([second, first], ['a'], new Set()).map(({ id }) => id)).toEqual(['a1', 'a2']);
});
