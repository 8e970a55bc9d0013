import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { JobId } from '@lanekeeper/contracts';
import { invalidFields, isTransientDatabaseError, problem } from '@lanekeeper/service-kit';
import { Compile } from 'typebox/compile';
import { decodeCursor } from '../reads/cursor.ts';
import { listJobs } from '../reads/list-jobs.ts';
import { readJob } from '../reads/read-job.ts';
import { TENANTS_HEADER, tenantScope } from '../reads/tenant-scope.ts';
import type { AppDeps } from './app-deps.ts';
import { JobPath, JobQuery, ListQuery, StatsQuery } from './query-schemas.ts';

const DEFAULT_LIMIT = 50;
const jobId = Compile(JobId);

/** GET /v1/jobs, /v1/jobs/:id and /v1/stats. */
export const jobRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, deps) => {
  const { db, fresh, statsOf, limitsOf } = deps;

  app.get('/v1/jobs', { schema: { querystring: ListQuery } }, async ({ query, headers }) => {
    const { tenant, minSeq, now, limit = DEFAULT_LIMIT, after, ...filter } = query;
    const tenants = tenantScope(headers[TENANTS_HEADER], tenant);
    await (now ? fresh.upToNow() : fresh.upTo(minSeq));
    return available(() => listJobs(db, { ...filter, limit, tenants, after: cursorFrom(after) }));
  });

  app.get('/v1/jobs/:id', { schema: { params: JobPath, querystring: JobQuery } }, async (request) => {
    const { id } = request.params;
    if (!jobId.Check(id)) throw noSuchJob(id);
    const tenants = tenantScope(request.headers[TENANTS_HEADER]);
    const stats = () => statsOf(undefined);
    const read = () => available(() => readJob(db, id, tenants, { stats, limitsOf }));
    await fresh.upTo(request.query.minSeq);
    const found = await read();
    if (found) return found;
    await fresh.upToNow(); // a job that was just submitted is never "not found"
    const foundLater = await read();
    if (foundLater) return foundLater;
    throw noSuchJob(id);
  });

  app.get('/v1/stats', { schema: { querystring: StatsQuery } }, async ({ query, headers }) => {
    const tenants = tenantScope(headers[TENANTS_HEADER], query.tenant);
    return { workloads: await available(() => statsOf(tenants)) };
  });
};

function cursorFrom(token: string | undefined) {
  if (token === undefined) return undefined;
  const cursor = decodeCursor(token);
  if (cursor) return cursor;
  throw invalidFields([{ pointer: '/after', detail: 'must be the "next" of an earlier page' }], 'query');
}

const noSuchJob = (id: string) => problem('NOT_FOUND', `There is no job ${id}.`);

/** A database that is away for the moment is a 503 and no fault of ours. */
async function available<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!isTransientDatabaseError(cause)) throw cause;
    throw problem('NOT_READY', 'The database can not be reached at the moment.', {
      headers: { 'retry-after': '1' },
      cause,
    });
  }
}
