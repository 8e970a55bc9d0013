import { createHash } from 'node:crypto';
import type { JobEvent } from '@lanekeeper/contracts';
import { isLanesError, LanesError } from './errors.ts';
import { findHeader, findLast, type JobRef, stateAfter } from './find-job.ts';
import { type SubmitDeps, type SubmittedJob, submitAs } from './submit.ts';

/** `width` is the workload's (default 1): how many turns the lane may hold; a sweep adds what is missing. */
export type RetryOptions = { width?: number };

/** The new job; `replayed`: it had been made by an earlier retry of the same job. */
export type RetriedJob = SubmittedJob & { retryOf: string; replayed: boolean };

/** How a person resolves an uncertain job: the step did happen, or the job is to be done again. */
export type Resolution = 'completed' | 'retry';

/** A job that was resolved, and the job that repeats it if it is to be done again. */
export type ResolvedJob = SubmittedJob & { as: Resolution; retry?: RetriedJob };

/** How long storing an event may take, in milliseconds. */
const APPEND_TIMEOUT_MS = 10_000;

/**
 * Does a failed or cancelled job again, as a new job at the tail of its lane; an uncertain job is resolved so. A job is
 * repeated once: asking again gives the same new job (which can itself be retried when it fails).
 * @throws LanesError UNKNOWN_JOB, NOT_OVER, OVER (it completed), NOT_REPEATABLE (what it was to do is not known any
 * more), UNAVAILABLE.
 */
export async function retryJob(deps: SubmitDeps, ref: JobRef, options: RetryOptions): Promise<RetriedJob> {
  const { event } = await findLast(deps, ref);
  const state = stateAfter(event);
  switch (state) {
    case 'uncertain': {
      const { retry } = await resolveJob(deps, event, 'retry', options);
      return retry ?? repeat(deps, event, options);
    }
    case 'failed':
    case 'cancelled':
      return repeat(deps, event, options);
    case 'completed':
      throw new LanesError('OVER', 'the job is over: completed');
    case 'queued':
    case 'active':
    case 'retry-scheduled':
      throw new LanesError('NOT_OVER', `the job is not over: ${state}`);
  }
}

/**
 * Resolves an uncertain job, by an event fenced on its last one. Asking again for the same changes nothing.
 * @throws LanesError UNKNOWN_JOB, NOT_UNCERTAIN, NOT_REPEATABLE, UNAVAILABLE.
 */
export async function resolveJob(
  deps: SubmitDeps,
  ref: JobRef,
  as: Resolution,
  options: RetryOptions,
): Promise<ResolvedJob> {
  const last = await findLast(deps, ref);
  const { jobId, workload, lane, type } = last.event;
  const resolved = { jobId, workload, lane, as };
  if (type === 'uncertain') {
    // What cannot be repeated is not resolved so.
    if (as === 'retry') await findHeader(deps, last.event);
    const event: JobEvent = { type: 'resolved', jobId, workload, lane, at: new Date().toISOString(), as };
    try {
      await deps.events.append(event, last.seq, AbortSignal.timeout(APPEND_TIMEOUT_MS));
    } catch (error) {
      if (isLanesError(error, 'FENCED_OUT')) return resolveJob(deps, ref, as, options); // someone else was first
      throw error;
    }
  } else if (last.event.type !== 'resolved' || last.event.as !== as) {
    throw new LanesError('NOT_UNCERTAIN', `the job is not uncertain: ${stateAfter(last.event)}`);
  }
  return as === 'retry' ? { ...resolved, retry: await repeat(deps, last.event, options) } : resolved;
}

/** The job id derives from the repeated job's, so that repeating twice, also after a crash, makes one job. */
async function repeat(deps: SubmitDeps, event: JobEvent, { width = 1 }: RetryOptions): Promise<RetriedJob> {
  const { job } = await findHeader(deps, event);
  const { workload, lane, data, tenant, priority } = job;
  const retryOf = event.jobId;
  const jobId = createHash('sha256')
    .update(JSON.stringify(['retry', retryOf]))
    .digest('hex')
    .slice(0, 26);
  const again = { workload, lane, data, tenant, width, retryOf, ...(priority ? { priority } : {}) };
  const { replayed } = await submitAs(deps, again, jobId);
  return { jobId, workload, lane, retryOf, replayed };
}
