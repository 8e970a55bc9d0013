import type { JobEvent } from '@lanekeeper/contracts';
import { expect, test } from 'vitest';
import { JobTracker, track } from './job-tracker.ts';

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const common = (jobId: string, second: number) => ({ jobId, workload: 'remove-bg', lane: 'shop', at: at(second) });
const command = { ...common('a', 0), data: {}, tenant: 'shop', submittedAt: at(0) };
const queued: JobEvent = { type: 'queued', ...common('a', 0), job: command, commandSeq: 1 };
const started: JobEvent = { type: 'started', ...common('a', 2), attempt: 1, worker: 'w', job: command, commandSeq: 1 };
const progressed: JobEvent = {
  type: 'progressed',
  ...common('a', 3),
  attempt: 1,
  worker: 'w',
  percent: 40,
  note: 'photo fetched',
};
const completed = (jobId: string): JobEvent => ({ type: 'completed', ...common(jobId, 5), attempt: 1, result: {} });
const error = { code: 'NOT_AN_IMAGE', message: 'It is a page.', retryable: false };

test('wait and work are told apart', () => {
  const job = [queued, started, progressed, completed('a')].reduce(
    track,
    undefined as ReturnType<typeof track> | undefined,
  );
  expect(job).toMatchObject({ percent: 100, note: 'photo fetched' });
  expect([job?.queuedAt, job?.startedAt, job?.endedAt]).toEqual([at(0), at(2), at(5)].map(Date.parse));
});

test('a failed job keeps its code and reason', () => {
  const job = track(undefined, { type: 'failed', ...common('a', 4), attempt: 1, error });
  expect(job.error).toBe('NOT_AN_IMAGE: It is a page.');
});

test('waiting ends when the last of the jobs has ended, whether or not its events came before the wait', async () => {
  const tracker = new JobTracker();
  tracker.apply(completed('a'));
  const ended = tracker.untilEnded(['a', 'b'], new AbortController().signal);
  tracker.apply(completed('b'));
  expect(await ended).toEqual([]);
});

test('a wait that is cut short names the jobs that have not ended', async () => {
  const tracker = new JobTracker();
  tracker.apply(queued);
  tracker.apply(completed('b'));
  expect(await tracker.untilEnded(['a', 'b', 'never-seen'], AbortSignal.abort())).toEqual(['a', 'never-seen']);
});
