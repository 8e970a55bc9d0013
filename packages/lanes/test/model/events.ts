import type { JobEvent } from '@lanekeeper/contracts';
import type { Last } from './state.ts';

/** The time of the model, which stands still. */
export const NOW = Date.parse('2026-01-01T00:00:00.000Z');

/** The event that the engine would find in the log. `due`: whether a retry is. */
export function eventOf(last: Last, due: boolean): JobEvent {
  const at = new Date(NOW).toISOString();
  const ids = { jobId: 'j', workload: 'w', lane: 'l', at };
  const job = { jobId: 'j', workload: 'w', lane: 'l', tenant: 't', data: null, submittedAt: at };
  const error = { code: 'X', message: 'x', retryable: true };
  const { attempt, type, worker } = last;
  switch (type) {
    case 'queued':
      return { type, ...ids, job, commandSeq: 1 };
    case 'started':
      return { type, ...ids, job, commandSeq: 1, attempt, worker };
    case 'retry-scheduled':
      return { type, ...ids, attempt, error, dueAt: new Date(due ? NOW : NOW + 1).toISOString() };
    case 'completed':
      return { type, ...ids, attempt, result: null };
    case 'failed':
      return { type, ...ids, attempt, error };
  }
}
