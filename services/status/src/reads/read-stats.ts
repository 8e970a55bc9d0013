import type { JobState, Stats, WorkloadStats } from '@lanekeeper/contracts';
import { type Kysely, sql } from 'kysely';
import { digestOf } from '../database/job-row.ts';
import type { StatusSchema } from '../database/schema.ts';
import { percentiles } from './percentiles.ts';
import type { TenantScope } from './tenant-scope.ts';

/** How many of the last completed jobs of a workload the times come from. */
const SAMPLE = 200;
const UNFINISHED = ['queued', 'active', 'retry-scheduled'] as const satisfies JobState[];

/** Reads the numbers of every workload that the scope has jobs of. */
export async function readStats(db: Kysely<StatusSchema>, tenants: TenantScope): Promise<Stats> {
  if (tenants?.size === 0) return {};
  const [counts, lanes] = await Promise.all([readCounts(db, tenants), readLanes(db, tenants)]);
  const workloads = [...new Set(counts.map(({ workload }) => workload))];
  const entries = workloads.map(async (workload): Promise<[string, WorkloadStats]> => {
    const of = (state: JobState) =>
      Number(counts.find((row) => row.workload === workload && row.state === state)?.jobs ?? 0);
    return [
      workload,
      {
        waiting: of('queued'),
        active: of('active'),
        delayed: of('retry-scheduled'),
        completed: of('completed'),
        failed: of('failed'),
        cancelled: of('cancelled'),
        uncertain: of('uncertain'),
        ...(await readTimes(db, workload)),
        lanes: Number(lanes.find((row) => row.workload === workload)?.lanes ?? 0),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function readCounts(db: Kysely<StatusSchema>, tenants: TenantScope) {
  return db
    .selectFrom('job_counts')
    .select(['workload', 'state', (row) => row.fn.sum<string>('jobs').as('jobs')])
    .$if(tenants !== undefined, (query) => query.where('tenant_key', 'in', [...(tenants ?? [])].map(digestOf)))
    .groupBy(['workload', 'state'])
    .execute();
}

function readLanes(db: Kysely<StatusSchema>, tenants: TenantScope) {
  return db
    .selectFrom('jobs')
    .select(['workload', (row) => row.fn.count<number>('lane_key').distinct().as('lanes')])
    .where('state', 'in', UNFINISHED)
    .$if(tenants !== undefined, (query) => query.where('tenant_key', 'in', [...(tenants ?? [])].map(digestOf)))
    .groupBy('workload')
    .execute();
}

/** Times of a workload's last completed jobs. */
export async function readTimes(
  db: Kysely<StatusSchema>,
  workload: string,
): Promise<Pick<WorkloadStats, 'serviceMs' | 'waitMs'>> {
  const since = (from: string, to: string) =>
    sql<number>`TIMESTAMPDIFF(MICROSECOND, ${sql.ref(from)}, ${sql.ref(to)}) / 1000`;
  const rows = await db
    .selectFrom('jobs')
    .select([since('started_at', 'ended_at').as('service'), since('submitted_at', 'started_at').as('wait')])
    .where('workload', '=', workload)
    .where('state', '=', 'completed')
    .where('started_at', 'is not', null)
    .orderBy('ended_at', 'desc')
    .limit(SAMPLE)
    .execute();
  const serviceMs = percentiles(rows.map((row) => Math.max(0, Number(row.service))));
  const waitMs = percentiles(rows.map((row) => Math.max(0, Number(row.wait))));
  return serviceMs && waitMs ? { serviceMs, waitMs } : {};
}
