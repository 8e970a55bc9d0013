import { evolve, type Job, type JobEvent, type JobState } from '@lanekeeper/contracts';
import type { DecodedEvent } from './decode-event.ts';

/** How many jobs more (or fewer) are in a state. */
export type CountChange = { workload: string; tenant: string; state: JobState; change: number };

/** An event of a job's timeline. */
export type TimelineEntry = { seq: number; event: JobEvent };

/** What a batch of events changes. */
export type BatchOutcome = {
  jobs: Job[];
  counts: CountChange[];
  timeline: TimelineEntry[];
  bad: Extract<DecodedEvent, { reason: string }>[];
};

/** Folds events, in stream order, on top of the jobs as they are stored. Pure. */
export function foldBatch(stored: ReadonlyMap<string, Job>, events: readonly DecodedEvent[]): BatchOutcome {
  const jobs = new Map(stored);
  const timeline: TimelineEntry[] = [];
  const bad: BatchOutcome['bad'] = [];
  for (const decoded of events) {
    if (decoded.event === undefined) {
      bad.push(decoded);
      continue;
    }
    const { seq, event } = decoded;
    const job = evolve(jobs.get(event.jobId), event, seq);
    if (job) jobs.set(event.jobId, job);
    timeline.push({ seq, event });
  }
  const changed = [...jobs.values()].filter((job) => stored.get(job.id) !== job);
  return { jobs: changed, counts: countChanges(stored, changed), timeline, bad };
}

function countChanges(stored: ReadonlyMap<string, Job>, changed: readonly Job[]): CountChange[] {
  const totals = new Map<string, CountChange>();
  const add = ({ workload, tenant, state }: Job, change: number) => {
    const key = JSON.stringify([workload, tenant, state]);
    const total = totals.get(key) ?? { workload, tenant, state, change: 0 };
    totals.set(key, { ...total, change: total.change + change });
  };
  for (const job of changed) {
    const before = stored.get(job.id);
    if (before) add(before, -1);
    add(job, 1);
  }
  return [...totals.values()].filter(({ change }) => change !== 0);
}
