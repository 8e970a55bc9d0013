import type { JobState } from '@lanekeeper/contracts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import type { Lease } from '../projection/lease.ts';

/** States that nothing ends any more. `uncertain` is none of them: such a job waits for a person. */
export const FINAL_STATES = ['completed', 'failed', 'cancelled'] as const satisfies JobState[];

/** Which jobs may go. */
export type Removable = {
  workload: string;
  state: (typeof FINAL_STATES)[number];
  endedBefore: Date;
  /** Where EVENTS began and ended when it was looked at; see {@link removeBatch}. */
  firstSeq: number;
  lastSeq: number;
};

/** How much was removed. */
export type Removed = { jobs: number; events: number };

/** Bounds of a transaction, for which the projection waits. A single job may have more events. */
const MAX_JOBS = 200;
const MAX_EVENTS = 2_000;

type Tx = Transaction<StatusSchema>;
type OldJob = { id: string; tenant_key: string; events: number };

/**
 * Removes the oldest of these jobs with their events, and from the counts, in one transaction. A job goes only when its
 * last event is no longer in EVENTS: whatever is read again cannot bring it back, nor events of it without the job. The
 * position is locked meanwhile, so that the projection never writes a job that is being removed.
 * @throws LeaseLost when another replica projects, or the position is not at `lastSeq`, because it was set back.
 */
export async function removeBatch(db: Kysely<StatusSchema>, lease: Lease, which: Removable): Promise<Removed> {
  return db.transaction().execute(async (tx) => {
    const appliedSeq = await lease.lockPosition(tx, which.lastSeq);
    const jobs = bounded(await findOldest(tx, which, appliedSeq));
    if (jobs.length === 0) return { jobs: 0, events: 0 };
    const ids = jobs.map(({ id }) => id);
    const { numDeletedRows } = await tx.deleteFrom('job_events').where('job_id', 'in', ids).executeTakeFirstOrThrow();
    await tx.deleteFrom('jobs').where('id', 'in', ids).execute();
    await lowerCounts(tx, which, jobs);
    return { jobs: jobs.length, events: Number(numDeletedRows) };
  });
}

/**
 * The index is named because the servers would rather read all of its entries of a workload and state than those up to a
 * time. A sequence beyond the position is one of a former stream, whose events are gone too.
 */
async function findOldest(tx: Tx, { workload, state, endedBefore, firstSeq }: Removable, appliedSeq: number) {
  const { rows } = await sql<OldJob>`
    SELECT id, tenant_key, (SELECT COUNT(*) FROM job_events WHERE job_id = jobs.id) AS events
    FROM jobs FORCE INDEX (jobs_ended)
    WHERE workload = ${workload} AND state = ${state} AND ended_at < ${endedBefore}
      AND (last_seq < ${firstSeq} OR last_seq > ${appliedSeq})
    ORDER BY ended_at LIMIT ${sql.lit(MAX_JOBS)}`.execute(tx);
  return rows;
}

function bounded(jobs: readonly OldJob[]): readonly OldJob[] {
  let events = 0;
  const end = jobs.findIndex((job, index) => {
    events += Number(job.events);
    return index > 0 && events > MAX_EVENTS;
  });
  return end === -1 ? jobs : jobs.slice(0, end);
}

async function lowerCounts(tx: Tx, { workload, state }: Removable, jobs: readonly OldJob[]): Promise<void> {
  const ofTenants = Map.groupBy(jobs, ({ tenant_key }) => tenant_key);
  const rows = [...ofTenants].map(([tenant_key, some]) => ({ workload, state, tenant_key, jobs: -some.length }));
  await tx.insertInto('job_counts').values(rows).onDuplicateKeyUpdate({ jobs: sql`jobs + VALUES(jobs)` }).execute();
}
