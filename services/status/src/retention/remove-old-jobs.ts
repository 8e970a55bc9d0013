import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@lanekeeper/service-kit';
import { type Counter, metrics } from '@opentelemetry/api';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import type { AppliedPosition } from '../projection/applied-position.ts';
import type { Lease } from '../projection/lease.ts';
import type { StreamBounds } from '../stream-bounds.ts';
import { FINAL_STATES, type Removable, type Removed, removeBatch } from './remove-batch.ts';

/** What removing takes. */
export type RemoveInput = {
  db: Kysely<StatusSchema>;
  /** The projection's: the replica that projects is the one that removes. */
  lease: Lease;
  applied: AppliedPosition;
  bounds: () => Promise<StreamBounds>;
  log: Logger;
  /** How long jobs are kept after their end, in days. */
  days: number;
  signal: AbortSignal;
};

const DAY_MS = 86_400_000;
/** Between two batches, so that a backlog leaves the database to others most of the time. */
const PAUSE_MS = 200;

/**
 * Removes all jobs that ended more than `days` ago and whose events EVENTS no longer has, in batches; between two of them
 * an abort ends it. First waits until the projection is level.
 * @throws LeaseLost when another replica projects, and whatever the database or NATS throw.
 */
export async function removeOldJobs(input: RemoveInput): Promise<Removed> {
  const { db, lease, applied, bounds, log, days, signal } = input;
  const seen = await bounds();
  await applied.reached(seen.lastSeq, signal);
  const groups = await groupsOf(db);
  const total: Removed = { jobs: 0, events: 0 };
  try {
    for (const group of groups) {
      const which = { ...group, ...seen, endedBefore: cutoff(days, seen.firstAt) };
      for (let more = true; more && !signal.aborted; ) {
        const removed = await removeBatch(db, lease, which);
        more = removed.jobs > 0;
        add(total, removed, group);
        if (more) await pause(signal);
      }
    }
  } finally {
    if (total.jobs > 0) log.info({ ...total, days }, 'removed jobs that were over for too long');
  }
  return total;
}

/** Not after the first event in EVENTS: later jobs are still in it, and would be looked at in vain. */
function cutoff(days: number, firstAt: Date | undefined): Date {
  return new Date(Math.min(Date.now() - days * DAY_MS, firstAt?.getTime() ?? Number.POSITIVE_INFINITY));
}

/** The workloads and final states that jobs have been in: the counts keep a row of each. */
function groupsOf(db: Kysely<StatusSchema>): Promise<Pick<Removable, 'workload' | 'state'>[]> {
  return db
    .selectFrom('job_counts')
    .select(['workload', 'state'])
    .distinct()
    .where('state', 'in', FINAL_STATES)
    .$narrowType<{ state: Removable['state'] }>()
    .execute();
}

function add(total: Removed, { jobs, events }: Removed, group: Pick<Removable, 'workload' | 'state'>): void {
  total.jobs += jobs;
  total.events += events;
  removedJobs().add(jobs, group);
}

let counter: Counter | undefined;

/** Made at first use, when the process has said where its metrics go. */
function removedJobs(): Counter {
  counter ??= metrics
    .getMeter('lanekeeper.status')
    .createCounter('lanekeeper.jobs.removed', { description: 'Jobs removed because they were over for too long' });
  return counter;
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
}
