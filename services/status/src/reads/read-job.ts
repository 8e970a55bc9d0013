import type { Stats } from '@lanekeeper/contracts';
import { Job, type WorkloadLimits } from '@lanekeeper/contracts';
import { type Kysely, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { digestOf, fromRow } from '../database/job-row.ts';
import type { StatusSchema } from '../database/schema.ts';
import { Attempt, attemptsOf, type TimelineEvent } from './attempts.ts';
import { estimateWait } from './estimate-wait.ts';
import type { TenantScope } from './tenant-scope.ts';

/** A job with everything that is known about it. */
export const JobDetails = Type.Interface([Job], {
  attempts: Type.Array(Attempt),
  /** Its events in order, each with its sequence in EVENTS; the job's own header is left out. */
  timeline: Type.Array(Type.Object({ seq: Type.Integer(), type: Type.String(), at: Type.String() })),
  /** Jobs ahead of it in its lane, while it waits. */
  position: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Seconds until it is likely to be done, while it waits; left out until the workload has completed a job. */
  estimatedSeconds: Type.Optional(Type.Object({ min: Type.Integer(), max: Type.Integer() })),
});
/** See {@link JobDetails}. */
export type JobDetails = Static<typeof JobDetails>;

/** What an estimate needs to know besides the job. */
export type EstimateSources = {
  stats: () => Promise<Stats>;
  limitsOf: (workload: string) => Pick<WorkloadLimits, 'width' | 'fleetLimit'>;
};

/** Reads a job with its timeline; undefined when there is none that the scope may see. */
export async function readJob(
  db: Kysely<StatusSchema>,
  id: string,
  tenants: TenantScope,
  sources: EstimateSources,
): Promise<JobDetails | undefined> {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || (tenants !== undefined && !tenants.has(row.tenant))) return undefined;
  const job = fromRow(row);
  const timeline = await readTimeline(db, job);
  return { ...job, attempts: attemptsOf(timeline), timeline, ...(await readWait(db, job, sources)) };
}

/** The timeline up to the state that was read, so that both tell the same story. */
async function readTimeline(db: Kysely<StatusSchema>, job: Job): Promise<(TimelineEvent & { seq: number })[]> {
  const rows = await db
    .selectFrom('job_events')
    .select(['seq', 'body'])
    .where('job_id', '=', job.id)
    .where('seq', '<=', job.lastSeq)
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, body }) => ({ ...JSON.parse(body), seq }));
}

async function readWait(
  db: Kysely<StatusSchema>,
  job: Job,
  { stats, limitsOf }: EstimateSources,
): Promise<Pick<JobDetails, 'position' | 'estimatedSeconds'>> {
  if (job.state !== 'queued' && job.state !== 'retry-scheduled') return {};
  const position = await countAhead(db, job);
  const workload = (await stats())[job.workload];
  if (workload?.serviceMs === undefined) return { position };
  const { width, fleetLimit } = limitsOf(job.workload);
  const dueInMs = job.dueAt === undefined ? 0 : Date.parse(job.dueAt) - Date.now();
  const { lanes, serviceMs } = workload;
  return {
    position,
    estimatedSeconds: estimateWait({ ahead: position, width, fleetLimit, lanes, serviceMs, dueInMs }),
  };
}

async function countAhead(db: Kysely<StatusSchema>, job: Job): Promise<number> {
  const { ahead } = await db
    .selectFrom('jobs')
    .select(sql<number>`COUNT(*)`.as('ahead'))
    .where('lane_key', '=', digestOf(job.lane))
    .where('workload', '=', job.workload)
    .where('state', 'in', ['queued', 'active', 'retry-scheduled'])
    .where('command_seq', '<', job.commandSeq)
    .executeTakeFirstOrThrow();
  return Number(ahead);
}
