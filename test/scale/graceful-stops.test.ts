import type { JobEvent } from '@lanekeeper/contracts';
import { expect, it } from 'vitest';
import { findWaits } from './graceful-stops.ts';

const common = { jobId: '1', workload: 'w', lane: 'a', at: '', worker: 'w', job: {}, commandSeq: 1 };
const started = (count: number, attempt = 1) =>
  ({ ...common, type: 'started', attempt, delivery: { consumer: 'c', count } }) as unknown as JobEvent;
const back = { ...common, type: 'retry-scheduled', attempt: 1, handedBack: true } as unknown as JobEvent;
const retry = { ...back, handedBack: undefined, error: { code: 'TIMEOUT' } } as unknown as JobEvent;

it('finds nothing in a job that was handed back and went on', () => {
  expect(findWaits([started(1), back, started(2)])).toEqual([]);
});

it.each([
  ['a job that was taken over', [started(1), started(2)], 'taken over'],
  ['an attempt that was counted', [started(1), back, started(2, 2)], 'attempt 2'],
  ['a retry that is no hand-over', [started(1), retry, started(2)], 'TIMEOUT'],
])('finds %s', (_, events, what) => {
  expect(findWaits(events)).toContainEqual(expect.stringContaining(what));
});
