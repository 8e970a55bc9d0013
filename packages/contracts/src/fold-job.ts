import type { Command } from './command.ts';
import type { JobEvent, JobEventOf } from './events.ts';
import type { Job, JobState } from './job.ts';

/**
 * The job after one more event. Pure; never throws. `seq` is the event's sequence in EVENTS.
 *
 * - An event that was folded in before, or that is older than the last one, changes nothing.
 * - `queued` or `started`, whichever comes first, introduces the job; `failed` does too when nothing else did, as a job
 *   whose data and tenant are not known. Any other event of an unknown job is dropped: the answer stays undefined.
 * - A job that ended stays as it ended; only an uncertain one can still be resolved.
 * - Progress never goes backwards within an attempt; an attempt that begins anew starts at 0.
 *
 * `startedAt` is the start of the first attempt, so that waiting time does not grow with retries.
 */
export function evolve(job: Job | undefined, event: JobEvent, seq: number): Job | undefined {
  if (job === undefined) return introduce(event, seq);
  if (seq <= job.lastSeq) return job;
  return { ...(isOver(job.state) ? afterTheEnd(job, event) : next(job, event)), lastSeq: seq };
}

/** Whether a job in this state has ended. `uncertain` counts: nothing happens until a person resolves it. */
export function isOver(state: JobState): boolean {
  return state !== 'queued' && state !== 'active' && state !== 'retry-scheduled';
}

function introduce(event: JobEvent, seq: number): Job | undefined {
  switch (event.type) {
    case 'queued':
      return fromHeader(event.job, event.commandSeq, seq);
    case 'started':
      return next(fromHeader(event.job, event.commandSeq, seq), event);
    case 'failed':
      return next(unknownJob(event, seq), event);
    case 'progressed':
    case 'effect-intended':
    case 'retry-scheduled':
    case 'completed':
    case 'cancelled':
    case 'uncertain':
    case 'resolved':
      return undefined;
  }
}

function fromHeader(header: Command, commandSeq: number, seq: number): Job {
  return {
    id: header.jobId,
    workload: header.workload,
    lane: header.lane,
    tenant: header.tenant,
    state: 'queued',
    progress: 0,
    data: header.data,
    attempt: 0,
    ...(header.priority === undefined ? {} : { priority: header.priority }),
    ...(header.retryOf === undefined ? {} : { retryOf: header.retryOf }),
    submittedAt: header.submittedAt,
    commandSeq,
    lastSeq: seq,
  };
}

/** A job of which only a failure is known. Its empty tenant is nobody's: callers limited to tenants do not see it. */
function unknownJob(event: JobEventOf<'failed'>, seq: number): Job {
  const { jobId: id, workload, lane, at: submittedAt } = event;
  const blank = { tenant: '', state: 'queued', progress: 0, data: null, attempt: 0, commandSeq: 0 } as const;
  return { id, workload, lane, submittedAt, ...blank, lastSeq: seq };
}

/** A job that a failure introduced gets to know whose it is. */
function withHeader(job: Job, { job: header, commandSeq }: JobEventOf<'queued'>): Job {
  const { tenant, data, submittedAt } = header;
  return { ...job, tenant, data, submittedAt, commandSeq };
}

function next(job: Job, event: JobEvent): Job {
  switch (event.type) {
    case 'queued': // `started` was faster
    case 'effect-intended':
    case 'resolved': // nothing to resolve
      return job;
    case 'started':
      return started(job, event);
    case 'progressed':
      return progressed(job, event);
    case 'retry-scheduled': {
      const { worker: _, ...rest } = job;
      const attempt = Math.max(job.attempt, event.attempt);
      return { ...rest, state: 'retry-scheduled', attempt, error: event.error, dueAt: event.dueAt };
    }
    case 'completed': {
      const attempt = Math.max(job.attempt, event.attempt);
      return { ...ended(job, 'completed', event), attempt, progress: 100, result: event.result };
    }
    case 'failed':
    case 'uncertain': {
      const attempt = Math.max(job.attempt, event.attempt);
      return { ...ended(job, event.type, event), attempt, error: event.error };
    }
    case 'cancelled':
      return ended(job, 'cancelled', event);
  }
}

function started(job: Job, event: JobEventOf<'started'>): Job {
  if (event.attempt < job.attempt) return job;
  const { dueAt: _, error: __, ...rest } = job;
  // An attempt that was handed back is begun again under the same number.
  const isAnew = event.attempt > job.attempt || job.state === 'retry-scheduled';
  const progress = isAnew ? 0 : job.progress;
  const startedAt = job.startedAt ?? event.at;
  return { ...rest, state: 'active', attempt: event.attempt, worker: event.worker, progress, startedAt };
}

function progressed(job: Job, event: JobEventOf<'progressed'>): Job {
  if (event.attempt < job.attempt) return job;
  const sameAttempt = event.attempt === job.attempt;
  const progress = sameAttempt ? Math.max(job.progress, event.percent) : event.percent;
  if (sameAttempt && job.state === 'retry-scheduled') return { ...job, progress };
  const { dueAt: _, error: __, ...rest } = job;
  return { ...rest, state: 'active', attempt: event.attempt, worker: event.worker, progress };
}

function ended(job: Job, state: JobState, event: JobEvent): Job {
  const { dueAt: _, error: __, ...rest } = job;
  return { ...rest, state, endedAt: event.at };
}

/** An uncertain job resolved as `retry` failed: the repetition is a job of its own. */
function afterTheEnd(job: Job, event: JobEvent): Job {
  if (event.type === 'queued' && job.tenant === '') return withHeader(job, event);
  if (event.type !== 'resolved' || job.state !== 'uncertain') return job;
  if (event.as === 'completed') return { ...ended(job, 'completed', event), progress: 100 };
  return { ...ended(job, 'failed', event), ...(job.error === undefined ? {} : { error: job.error }) };
}
