import type { JobEvent } from '@lanekeeper/contracts';
import { decodeEvent } from './codec.ts';
import { isLanesError } from './errors.ts';
import { readStream } from './read-stream.ts';
import { type RetriedJob, type RetryOptions, retryJob } from './retry-job.ts';
import type { SubmitDeps } from './submit.ts';

/** Which failed jobs: by workload, lane, error code, and when they failed (ISO 8601). What is left out matches all. */
export type RedriveFilter = { workload?: string; lane?: string; code?: string; since?: string };

/** `dryRun`: only tell which jobs match. `limit`: at most so many. */
export type RedriveOptions = RetryOptions & { dryRun?: boolean; limit?: number };

/** A failed job that matched, and the job that repeats it, unless nothing was done. */
export type Redriven = {
  jobId: string;
  workload: string;
  lane: string;
  code: string;
  /** Absent in a dry run, and when what the job was to do is not known any more. */
  retry?: RetriedJob;
};

/**
 * Does failed jobs again, in the order in which they failed, each as a new job at its lane's tail (see retry-job.ts): the
 * log of events is the dead letter queue. A job that was repeated already is left out.
 * Reads the log once; a filter by workload or lane makes that short.
 * @throws LanesError UNAVAILABLE: repeat it, what was redriven is not redriven twice.
 */
export async function redrive(
  deps: SubmitDeps,
  filter: RedriveFilter,
  options: RedriveOptions = {},
): Promise<Redriven[]> {
  const { failed, repeated } = await readFailures(deps, filter);
  const open = [...failed.values()].filter(({ jobId }) => !repeated.has(jobId)).slice(0, options.limit);
  const redriven: Redriven[] = [];
  for (const { jobId, workload, lane, error } of open) {
    const job: Redriven = { jobId, workload, lane, code: error.code };
    redriven.push(options.dryRun ? job : await repeat(deps, job, options));
  }
  return redriven;
}

async function repeat(deps: SubmitDeps, job: Redriven, options: RetryOptions): Promise<Redriven> {
  try {
    return { ...job, retry: await retryJob(deps, job, options) };
  } catch (error) {
    if (isLanesError(error, 'NOT_REPEATABLE')) return job;
    throw error;
  }
}

type Failed = Extract<JobEvent, { type: 'failed' }>;

async function readFailures(deps: SubmitDeps, filter: RedriveFilter) {
  const failed = new Map<string, Failed>();
  const repeated = new Set<string>();
  const { workload, lane } = filter;
  const subject = deps.names.eventsOf({ ...(workload ? { workload } : {}), ...(lane ? { lane } : {}) });
  for await (const message of readStream(deps, deps.names.eventsStream, subject)) {
    const type = message.header.get('ce-type');
    if (!type.endsWith('.failed') && !type.endsWith('.queued') && !type.endsWith('.started')) continue;
    const event = decodeEvent(message.text);
    if (event.type === 'failed' && matches(event, filter)) failed.set(event.jobId, event);
    if ('job' in event && event.job.retryOf) repeated.add(event.job.retryOf);
  }
  return { failed, repeated };
}

function matches(event: Failed, { code, since }: RedriveFilter): boolean {
  return (code === undefined || event.error.code === code) && (since === undefined || event.at >= since);
}
