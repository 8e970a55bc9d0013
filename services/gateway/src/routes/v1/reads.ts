import { Job, JobState, LaneKey, Stats, WorkloadName } from '@lanekeeper/contracts';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { problems } from '../../openapi/answers.ts';

const Text = (description: string) => Type.Optional(Type.String({ description }));
const Count = Type.Integer({ minimum: 0 });
const jobFields = Type.Object(Job.properties);
const jobDetails = Type.Object({
  ...Job.properties,
  attempts: Type.Array(Type.Object({}, { additionalProperties: true })),
  timeline: Type.Array(
    Type.Object({ seq: Count, type: Type.String(), at: Type.String() }, { additionalProperties: true }),
  ),
  position: Type.Optional(Type.Integer({ minimum: 0, description: 'Jobs ahead of it in its lane' })),
  estimatedSeconds: Type.Optional(Type.Object({ min: Count, max: Count })),
});

const list = {
  tags: ['Jobs'],
  summary: 'Jobs, newest first',
  querystring: Type.Object({
    workload: Type.Optional(WorkloadName),
    lane: Type.Optional(LaneKey),
    state: Type.Optional(JobState),
    q: Text('Words to find in id, lane, record and error'),
    tenant: Text('Only this owner, such as vendor:acme'),
    after: Text('The cursor `next` of the page before'),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Jobs on a page, 50 if left out' })),
  }),
  response: {
    200: Type.Object({ jobs: Type.Array(jobFields), next: Type.Optional(Type.String()) }),
    ...problems(400, 503),
  },
};
const one = {
  tags: ['Jobs'],
  summary: 'A job with its attempts, its timeline and an estimate',
  params: Type.Object({ id: Type.String() }),
  response: { 200: jobDetails, ...problems(404, 503) },
};
const events = {
  tags: ['Jobs'],
  summary: 'Events of jobs as they happen (server-sent events)',
  description:
    'Each event has the sequence of the event log as its `id`. A client that comes back with `Last-Event-ID` goes on ' +
    'there: nothing is missed and nothing comes twice, also when the servers were restarted meanwhile.',
  headers: Type.Object({ 'last-event-id': Text('Go on after this event') }),
  querystring: Type.Object({
    job: Text('Only this job'),
    lane: Text('Only this lane'),
    workload: Text('Only this workload'),
    tenant: Text('Only this owner, such as vendor:acme'),
    after: Text('As Last-Event-ID, which goes first'),
    ticket: Text('Instead of a token, for browsers'),
  }),
  response: {
    200: { description: 'Events', content: { 'text/event-stream': { schema: Type.String() } } },
    ...problems(400, 503),
  },
};
const stats = {
  tags: ['Jobs'],
  summary: 'Counts and times by workload',
  response: { 200: Stats, ...problems(503) },
};

/** GET /v1/jobs, /v1/jobs/:id, /v1/events, /v1/stats: what the status service answers. */
export const readRoutes: FastifyPluginAsync = async (app) => {
  app.setValidatorCompiler(documentedOnly);
  app.get('/v1/jobs', { schema: list }, passOn);
  app.get('/v1/jobs/:id', { schema: one }, passOn);
  app.get('/v1/events', { schema: events, exposeHeadRoute: false }, passOn);
  app.get('/v1/stats', { schema: stats }, passOn);
};

function passOn(_request: FastifyRequest, reply: FastifyReply): void {
  void reply.fromStatus();
}

/** The status service judges its own parameters: two judges could disagree. */
function documentedOnly() {
  return () => true;
}
