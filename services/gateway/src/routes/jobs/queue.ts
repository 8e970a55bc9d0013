import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { DealerName, fetchFields, NoPo, whatToFetch } from '../../dealers/fetch-request.ts';
import { queueFetches } from '../../dealers/queue-fetches.ts';
import type { GatewayDeps } from '../../deps.ts';
import { IdempotencyHeaders, submitProblems } from '../../openapi/answers.ts';

const MAX_DEALERS = 1_000;

const Single = Type.Object({ dealer_id: DealerName, ...fetchFields, no_po: NoPo });
const Bulk = Type.Object({
  dealer_ids: Type.Array(DealerName, { minItems: 1, maxItems: MAX_DEALERS }),
  ...fetchFields,
});
const Queued = Type.Object({
  message: Type.String(),
  job_id: Type.String(),
  dealer_id: Type.String(),
  fetch_type: Type.String(),
  status: Type.Literal('queued'),
});
const QueuedBulk = Type.Object({
  message: Type.String(),
  total_dealers: Type.Integer(),
  queued_jobs: Type.Integer(),
  failed_jobs: Type.Integer(),
  fetch_type: Type.String(),
  jobs: Type.Array(Type.Omit(Queued, ['message'])),
  failures: Type.Array(Type.Object({ dealer_id: Type.String(), error: Type.String() })),
});
const tags = ['Fetch queue'];
const single = {
  tags,
  summary: "Queue a fetch of one dealer's data",
  headers: IdempotencyHeaders,
  body: Single,
  response: { 200: Queued, ...submitProblems },
};
const bulk = {
  tags,
  summary: 'Queue the same fetch for many dealers',
  headers: IdempotencyHeaders,
  body: Bulk,
  response: { 200: QueuedBulk, ...submitProblems },
};
const Task = Type.Object({ ...Queued.properties, task_id: Type.String() });
const deprecated = { deprecated: true, tags };
const run = { ...single, ...deprecated, summary: 'As POST /jobs/queue', response: { 200: Task, ...submitProblems } };
const runBulk = { ...bulk, ...deprecated, summary: 'As POST /jobs/queue/bulk' };

/** When the routes that ran jobs outside the queue were deprecated, as RFC 9745 writes it. */
const DEPRECATED_SINCE = `@${Date.UTC(2026, 10, 1) / 1_000}`;

/** POST /jobs/queue, /jobs/queue/bulk, and their deprecated aliases /jobs/run, /jobs/run-bulk. */
export const fetchQueueRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/jobs/queue', { schema: single }, (request, reply) => queueOne(request, reply, deps, request.body));
  app.post('/jobs/queue/bulk', { schema: bulk }, (request, reply) => queueMany(request, reply, deps, request.body));
  app.post('/jobs/run', { schema: run }, async (request, reply) => {
    replacedBy(reply, '/jobs/queue');
    const queued = await queueOne(request, reply, deps, request.body);
    return { ...queued, task_id: queued.job_id };
  });
  app.post('/jobs/run-bulk', { schema: runBulk }, async (request, reply) => {
    replacedBy(reply, '/jobs/queue/bulk');
    return await queueMany(request, reply, deps, request.body);
  });
};

async function queueOne(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
  body: Static<typeof Single>,
): Promise<Static<typeof Queued>> {
  const what = whatToFetch(body);
  const { jobs } = await queueFetches(request, reply, deps, {
    dealerIds: [body.dealer_id],
    what,
    pointerOf: () => '/dealer_id',
  });
  const [job] = jobs;
  if (!job) throw problem('INTERNAL', 'The job was stored without an id.');
  return { message: `Job queued for dealer ${job.dealer_id}`, ...job };
}

async function queueMany(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
  body: Static<typeof Bulk>,
): Promise<Static<typeof QueuedBulk>> {
  const what = whatToFetch(body);
  const dealerIds = body.dealer_ids;
  const { jobs, failures } = await queueFetches(request, reply, deps, {
    dealerIds,
    what,
    pointerOf: (at) => `/dealer_ids/${at}`,
  });
  return {
    message: `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} queued for ${dealerIds.length} dealers`,
    total_dealers: dealerIds.length,
    queued_jobs: jobs.length,
    failed_jobs: failures.length,
    fetch_type: what.fetchType,
    jobs,
    failures,
  };
}

function replacedBy(reply: FastifyReply, route: string): void {
  reply.header('deprecation', DEPRECATED_SINCE).header('link', `<${route}>; rel="successor-version"`);
}
