import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type FetchLog, listFetchLogs } from '@lanekeeper/dealers';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../caller.ts';
import { naiveTime } from '../../dealers/compat-fetch-job.ts';
import { fromDatabase, seesDealer } from '../../dealers/seen-dealers.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

const DEFAULT_LIMIT = 50;
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: '50 if left out' }));
const Dealer = Type.Optional(Type.String({ maxLength: 64 }));
const NullableText = Type.Union([Type.String(), Type.Null()]);

const CompatLog = Type.Object({
  id: Type.String(),
  dealer_id: Type.String(),
  fetch_type: Type.String(),
  status: Type.String(),
  records_fetched: Type.Integer(),
  error_message: NullableText,
  started_at: Type.String(),
  completed_at: Type.String(),
  duration_seconds: Type.Number(),
});
const Count = Type.Integer();
const Log = Type.Object({
  jobId: Type.String(),
  attempt: Count,
  dealerId: Type.String(),
  fetchType: Type.String(),
  fromTime: NullableText,
  toTime: NullableText,
  status: Type.String(),
  windows: Count,
  inserted: Count,
  updated: Count,
  unchanged: Count,
  rejected: Count,
  requests: Count,
  validateOnly: Type.Boolean(),
  error: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  startedAt: Type.String(),
  endedAt: Type.String(),
});
const compat = {
  tags: ['Fetch queue'],
  summary: 'The fetches that ended last',
  querystring: Type.Object({ dealer_id: Dealer, limit: Limit }),
  response: { 200: Type.Array(CompatLog), ...problems(400, 503) },
};
const uniform = {
  tags: ['Dealers'],
  summary: 'The attempts of fetches that ended last, newest first',
  querystring: Type.Object(
    { dealerId: Dealer, fetchType: Type.Optional(Type.String({ maxLength: 64 })), limit: Limit },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ logs: Type.Array(Log) }), ...problems(400, 503) },
};

/** GET /jobs/ and GET /v1/fetch-logs */
export const fetchLogRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.get('/jobs/', { schema: compat }, async (request) => {
    const { dealer_id: dealerId, limit } = request.query;
    return (await logs(request, deps, { dealerId, limit })).map(compatLog);
  });
  app.get('/v1/fetch-logs', { schema: uniform }, async (request) => ({
    logs: (await logs(request, deps, request.query)).map(uniformLog),
  }));
};

function logs(
  request: FastifyRequest,
  { dealers }: GatewayDeps,
  filter: { dealerId?: string | undefined; fetchType?: string | undefined; limit?: number | undefined },
): Promise<FetchLog[]> {
  const { limit = DEFAULT_LIMIT, ...rest } = filter;
  return fromDatabase(async () => {
    if (callerOf(request).tenants === 'all') return await listFetchLogs(dealers.db, { ...rest, limit });
    const seen = (await dealers.dealers.list()).map(({ dealerId }) => dealerId).filter((id) => seesDealer(request, id));
    return await listFetchLogs(dealers.db, { ...rest, limit }, seen);
  });
}

function compatLog(log: FetchLog): Static<typeof CompatLog> {
  return {
    id: log.job_id,
    dealer_id: log.dealer_id,
    fetch_type: log.fetch_type,
    status: log.status,
    records_fetched: log.inserted + log.updated + log.unchanged,
    error_message: log.error_message,
    started_at: naiveTime(log.started_at),
    completed_at: naiveTime(log.ended_at),
    duration_seconds: (log.ended_at.getTime() - log.started_at.getTime()) / 1_000,
  };
}

function uniformLog(log: FetchLog): Static<typeof Log> {
  const { attempt, status, windows, inserted, updated, unchanged, rejected, requests } = log;
  const counts = { windows, inserted, updated, unchanged, rejected, requests };
  const error =
    log.error_code === null ? null : { code: log.error_code, message: log.error_message ?? 'The fetch failed' };
  return {
    jobId: log.job_id,
    attempt,
    dealerId: log.dealer_id,
    fetchType: log.fetch_type,
    fromTime: log.from_time,
    toTime: log.to_time,
    status,
    ...counts,
    validateOnly: log.validate_only === 1,
    error,
    startedAt: log.started_at.toISOString(),
    endedAt: log.ended_at.toISOString(),
  };
}
