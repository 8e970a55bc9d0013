import type { Command, JobState } from '@lanekeeper/contracts';
import { type CancelledJob, type CancelOptions, cancel } from './cancel.ts';
import { decodeCommand, decodeEvent } from './codec.ts';
import { isLanesError } from './errors.ts';
import { stateAfter } from './find-job.ts';
import { readStream } from './read-stream.ts';
import type { SubmitDeps } from './submit.ts';

/** Which open jobs: by workload, lane, state and tenant. What is left out matches all. */
export type CancelFilter = {
  workload?: string;
  lane?: string;
  state?: Extract<JobState, 'queued' | 'active' | 'retry-scheduled'>;
  tenants?: readonly string[];
};

/** Jobs whose last events are read, and that are cancelled, at once. */
const AT_ONCE = 100;

/**
 * Cancels all open jobs that match, at most `limit`, as {@link cancel} does each: running ones only by force, others are
 * passed over. From the last to the first of what was there when it began: a lane does not go on meanwhile with what is to
 * be cancelled next.
 * @returns the jobs that were cancelled or told to stop.
 * @throws LanesError UNAVAILABLE: what was cancelled so far stays so; ask again.
 */
export async function cancelWhere(
  deps: SubmitDeps,
  filter: CancelFilter,
  options: CancelOptions & { limit?: number },
): Promise<CancelledJob[]> {
  const { limit = Number.POSITIVE_INFINITY, ...each } = options;
  const open = (await openJobs(deps, filter)).reverse();
  const cancelled: CancelledJob[] = [];
  for (let at = 0; at < open.length && cancelled.length < limit; at += AT_ONCE) {
    const some = await inState(deps, open.slice(at, at + AT_ONCE), filter.state);
    const room = some.slice(0, limit - cancelled.length);
    const done = await Promise.all(room.map((job) => cancelOpen(deps, job, each)));
    cancelled.push(...done.filter((job) => job !== undefined));
  }
  return cancelled;
}

async function openJobs(deps: SubmitDeps, filter: CancelFilter): Promise<Command[]> {
  const { workload, lane, tenants } = filter;
  const open: Command[] = [];
  for (const queue of ['normal', 'high'] as const) {
    const parts = { ...(workload === undefined ? {} : { workload }), ...(lane === undefined ? {} : { lane }) };
    const subject = deps.names.commandsMatching(parts, queue);
    for await (const { text } of readStream(deps, deps.names.commandsStream, subject)) {
      const decoded = decodeCommand(text);
      if (!decoded.ok) continue; // it fails by itself when its turn comes
      if (!tenants || tenants.includes(decoded.command.tenant)) open.push(decoded.command);
    }
  }
  return open;
}

async function inState(deps: SubmitDeps, jobs: readonly Command[], state: CancelFilter['state']): Promise<Command[]> {
  if (state === undefined) return [...jobs];
  const last = await deps.events.lastOf(jobs);
  return jobs.filter(({ jobId }) => {
    const event = last.get(jobId);
    return event !== undefined && stateAfter(decodeEvent(event.text)) === state;
  });
}

/** Cancels one job; undefined when it runs and is not to be forced, or has ended meanwhile. */
async function cancelOpen(deps: SubmitDeps, job: Command, options: CancelOptions): Promise<CancelledJob | undefined> {
  try {
    return await cancel(deps, job, options);
  } catch (error) {
    const passedOver =
      isLanesError(error, 'RUNNING') || isLanesError(error, 'OVER') || isLanesError(error, 'UNKNOWN_JOB');
    if (passedOver) return undefined;
    throw error;
  }
}
