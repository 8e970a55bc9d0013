import type { Job, JobState } from '@lanekeeper/contracts';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { digestOf, fromRow, searchable } from '../database/job-row.ts';
import type { StatusSchema } from '../database/schema.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import type { TenantScope } from './tenant-scope.ts';

/** What the list may be narrowed to. */
export type JobFilter = {
  workload?: string | undefined;
  lane?: string | undefined;
  state?: JobState | undefined;
  /** Part of an id, lane, record id or error, in any case. */
  q?: string | undefined;
  after?: Cursor | undefined;
  limit: number;
  tenants: TenantScope;
};

/** A page of jobs, newest first; `next` is there when more follow. */
export type JobPage = { jobs: Job[]; next?: string };

type JobQuery = SelectQueryBuilder<StatusSchema, 'jobs', { id: string }>;

/** Lists jobs, newest first. Pages do not shift when jobs are added meanwhile. */
export async function listJobs(db: Kysely<StatusSchema>, filter: JobFilter): Promise<JobPage> {
  if (filter.tenants?.size === 0) return { jobs: [] };
  // Ids first: these come from an index alone, so that a search reads no rows but those it finds.
  const page = narrow(db.selectFrom('jobs').select('jobs.id'), filter)
    .orderBy('submitted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1);
  const rows = await db
    .selectFrom('jobs')
    .innerJoin(page.as('page'), 'page.id', 'jobs.id')
    .selectAll('jobs')
    .orderBy('jobs.submitted_at', 'desc')
    .orderBy('jobs.id', 'desc')
    .execute();
  const jobs = rows.slice(0, filter.limit).map(fromRow);
  const last = rows.length > filter.limit ? jobs.at(-1) : undefined;
  return last ? { jobs, next: encodeCursor({ submittedAt: new Date(last.submittedAt), id: last.id }) } : { jobs };
}

function narrow(query: JobQuery, { workload, lane, state, q, after, tenants }: JobFilter): JobQuery {
  let narrowed = query;
  // A search scans its own index; `IS TRUE` keeps the servers from preferring one that leads to every row it looks at.
  const equals = (column: 'workload' | 'state', value: string) =>
    q === undefined
      ? sql<boolean>`${sql.ref(column)} = ${value}`
      : sql<boolean>`(${sql.ref(column)} = ${value}) IS TRUE`;
  if (workload !== undefined) narrowed = narrowed.where(equals('workload', workload));
  if (lane !== undefined) narrowed = narrowed.where('lane_key', '=', digestOf(lane));
  if (state !== undefined) narrowed = narrowed.where(equals('state', state));
  if (tenants !== undefined) narrowed = narrowed.where('tenant_key', 'in', [...tenants].map(digestOf));
  if (q !== undefined) narrowed = narrowed.where(sql<boolean>`search LIKE ${containing(searchable(q))} ESCAPE '!'`);
  if (after !== undefined) {
    // Not a row comparison: neither server uses the index for one.
    const { submittedAt, id } = after;
    narrowed = narrowed
      .where('submitted_at', '<=', submittedAt)
      .where((row) => row.or([row('submitted_at', '<', submittedAt), row('id', '<', id)]));
  }
  return narrowed;
}

/** A LIKE pattern that matches the text itself, whatever characters it has. */
function containing(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`;
}
