import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { LaneKey, WorkloadName } from '@lanekeeper/contracts';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf, scopeHeaders } from '../../caller.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

/** Jobs that one request cancels at most. */
const MOST_CANCELLED = 1_000;

const params = Type.Object({ id: Type.String() });
const job = { id: Type.String(), workload: Type.String(), lane: Type.String() };
const Ended = Type.Union([Type.Literal('cancelled'), Type.Literal('uncertain')]);
const Repeated = Type.Object({
  ...job,
  retryOf: Type.String({ description: 'The job that it repeats' }),
  href: Type.String({ description: 'Where to read the new job' }),
});
const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'Kept with the job' });

const cancel = {
  tags: ['Jobs'],
  summary: 'Cancel a job that waits; with `force` also one that runs',
  description:
    'A job that waits is cancelled for good (200). One that runs is left alone (409), unless forced: then it is told to ' +
    'stop (202), and ends as cancelled, or as completed if it was faster. A job that had announced an irreversible step ' +
    'ends as uncertain.',
  params,
  body: Type.Union([
    Type.Object(
      { force: Type.Optional(Type.Boolean()), reason: Type.Optional(Reason) },
      { additionalProperties: false },
    ),
    Type.Null(),
  ]),
  response: {
    200: Type.Object({ ...job, state: Ended }),
    202: Type.Object({ ...job, state: Type.Literal('cancelling') }),
    ...problems(400, 404, 409, 415, 503),
  },
};
const cancelWhere = {
  tags: ['Jobs'],
  summary: 'Cancel all open jobs of a workload, a lane, or a state',
  description:
    'Each job as by `/v1/jobs/:id/cancel`: those that wait are cancelled for good; those that run are passed over, unless ' +
    'forced. At least one of workload, lane and state is needed. One request takes up to 1,000 jobs; `more` says that there ' +
    'may be others: ask again.',
  body: Type.Object(
    {
      workload: Type.Optional(WorkloadName),
      lane: Type.Optional(LaneKey),
      state: Type.Optional(
        Type.Union([Type.Literal('queued'), Type.Literal('active'), Type.Literal('retry-scheduled')]),
      ),
      force: Type.Optional(Type.Boolean()),
      reason: Type.Optional(Reason),
    },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      jobs: Type.Array(Type.Object({ ...job, state: Type.Union([Ended, Type.Literal('cancelling')]) })),
      more: Type.Boolean(),
    }),
    ...problems(400, 415, 503),
  },
};
const retry = {
  tags: ['Jobs'],
  summary: 'Do a failed, cancelled or uncertain job again, as a new job at the tail of its lane',
  description: 'A job is repeated once: asking again answers with the same new job.',
  params,
  response: { 202: Repeated, ...problems(404, 409, 503) },
};
const resolve = {
  tags: ['Jobs'],
  summary: 'Say how an uncertain job really ended',
  params,
  body: Type.Object(
    { as: Type.Union([Type.Literal('completed'), Type.Literal('retry')]) },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({ ...job, as: Type.String(), retry: Type.Optional(Repeated) }),
    ...problems(400, 404, 409, 415, 503),
  },
};

/** POST /v1/jobs/cancel, and /v1/jobs/:id/cancel, /retry and /resolve */
export const jobActionRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { engine } = deps;
  const repeated = (made: { jobId: string; workload: string; lane: string; retryOf: string }) => {
    const { jobId: id, workload, lane, retryOf } = made;
    return { id, workload, lane, retryOf, href: `${deps.config.PUBLIC_URL}/v1/jobs/${id}` };
  };
  app.post('/v1/jobs/:id/cancel', { schema: cancel }, async (request, reply) => {
    const { jobId: id, ...cancelled } = await engine.cancel(await seen(request, deps), request.body ?? {});
    reply.code(cancelled.state === 'cancelling' ? 202 : 200);
    return { id, ...cancelled };
  });
  app.post('/v1/jobs/cancel', { schema: cancelWhere }, async (request) => {
    const { force = false, reason, ...filter } = request.body;
    if (Object.keys(filter).length === 0) {
      throw invalidFields([{ pointer: '', detail: 'must have at least one of workload, lane, state' }]);
    }
    const { tenants } = callerOf(request);
    const scoped = tenants === 'all' ? filter : { ...filter, tenants };
    const options = { force, limit: MOST_CANCELLED, ...(reason === undefined ? {} : { reason }) };
    const cancelled = await engine.cancelWhere(scoped, options);
    return {
      jobs: cancelled.map(({ jobId: id, workload, lane, state }) => ({ id, workload, lane, state })),
      more: cancelled.length === MOST_CANCELLED,
    };
  });
  app.post('/v1/jobs/:id/retry', { schema: retry }, async (request, reply) => {
    const answer = repeated(await engine.retry(await seen(request, deps)));
    reply.code(202).header('location', answer.href);
    return answer;
  });
  app.post('/v1/jobs/:id/resolve', { schema: resolve }, async (request) => {
    const { as } = request.body;
    const { jobId: id, workload, lane, retry } = await engine.resolve(await seen(request, deps), as);
    return { id, workload, lane, as, ...(retry ? { retry: repeated(retry) } : {}) };
  });
};

/** The job that a request names. @throws ProblemError NOT_FOUND when the caller does not see it. */
async function seen(request: FastifyRequest<{ Params: { id: string } }>, { status }: GatewayDeps) {
  const { id } = request.params;
  const caller = callerOf(request);
  if (caller.tenants !== 'all' && !(await status.job(id, scopeHeaders(caller)))) {
    throw problem('NOT_FOUND', 'There is no job with this id.');
  }
  return { jobId: id };
}
