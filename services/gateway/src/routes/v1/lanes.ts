import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { isWorkload, LaneKey, LanePause, WorkloadName, workloads } from '@lanekeeper/contracts';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf, seesLane } from '../../caller.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';
import { laneFault } from '../../text-faults.ts';

/** Lanes of a workload that are looked at, at most; a client's are among the fullest of these. */
const MAX_LANES = 1_000;

const lane = { workload: Type.String(), lane: Type.String() };
const params = Type.Object({ workload: WorkloadName, lane: LaneKey });
const Lane = Type.Object({
  ...lane,
  commands: Type.Integer({ minimum: 0, description: 'Jobs that are not over: waiting or running' }),
  oldestAt: Type.Optional(Type.String({ description: 'When the oldest of them was submitted' })),
  paused: Type.Optional(Type.Object(LanePause.properties)),
});
const list = {
  tags: ['Lanes'],
  summary: 'Lanes with work, or paused, the fullest first',
  querystring: Type.Object({
    workload: Type.Optional(WorkloadName),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_LANES, description: 'Lanes of each workload, 100 if left out' }),
    ),
  }),
  response: {
    200: Type.Object({
      lanes: Type.Array(Lane),
      total: Type.Integer({ description: 'Lanes there are, also beyond the limit' }),
    }),
    ...problems(400, 503),
  },
};
const pause = {
  tags: ['Lanes'],
  summary: 'Pause a lane: it keeps its commands and starts none; what runs goes on',
  params,
  body: Type.Object({ reason: LanePause.properties.reason }, { additionalProperties: false }),
  response: { 200: Type.Object({ ...lane, ...LanePause.properties }), ...problems(400, 404, 415, 503) },
};
const resume = {
  tags: ['Lanes'],
  summary: 'Let a paused lane go on at once',
  params,
  response: { 200: Type.Object({ ...lane, wasPaused: Type.Boolean() }), ...problems(400, 404, 503) },
};

/** GET /v1/lanes, POST /v1/lanes/:workload/:lane/pause and /resume */
export const laneRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { engine }) => {
  app.get('/v1/lanes', { schema: list }, async (request, reply) => {
    const { workload, limit = 100 } = request.query;
    const wanted = workload === undefined ? Object.keys(workloads) : [workload].filter(isWorkload);
    const caller = callerOf(request);
    reply.header('cache-control', 'no-store');
    if (caller.tenants === 'all') {
      const pages = await Promise.all(wanted.map((name) => engine.listLanes(name, { limit })));
      return { lanes: pages.flatMap(({ lanes }) => lanes), total: pages.reduce((sum, { total }) => sum + total, 0) };
    }
    const pages = await Promise.all(wanted.map((name) => engine.listLanes(name, { limit: MAX_LANES })));
    const own = pages.map(({ lanes }) => lanes.filter(({ workload, lane }) => seesLane(caller, workload, lane)));
    return { lanes: own.flatMap((lanes) => lanes.slice(0, limit)), total: own.flat().length };
  });
  app.post('/v1/lanes/:workload/:lane/pause', { schema: pause }, async (request) =>
    engine.pause(seen(request), request.body.reason),
  );
  app.post('/v1/lanes/:workload/:lane/resume', { schema: resume }, async (request) => {
    const ref = seen(request);
    return { ...ref, wasPaused: await engine.resume(ref) };
  });
};

/** The lane that a request names. @throws ProblemError NOT_FOUND when there can be none, or the caller does not see it. */
function seen(request: FastifyRequest<{ Params: { workload: string; lane: string } }>) {
  const { workload, lane } = request.params;
  const sees = seesLane(callerOf(request), workload, lane);
  if (!sees || !isWorkload(workload) || laneFault(lane) !== undefined || !lane.isWellFormed()) {
    throw problem('NOT_FOUND', 'There is no such lane.');
  }
  return { workload, lane };
}
