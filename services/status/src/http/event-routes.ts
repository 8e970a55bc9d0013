import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { invalidFields } from '@lanekeeper/service-kit';
import { metrics } from '@opentelemetry/api';
import { TENANTS_HEADER, tenantScope } from '../reads/tenant-scope.ts';
import { DRAIN_FRAME } from '../sse/frames.ts';
import { ResponseOutlet } from '../sse/response-outlet.ts';
import { streamEvents } from '../sse/stream-events.ts';
import type { AppDeps } from './app-deps.ts';
import { EventsQuery } from './query-schemas.ts';

/** How long clients have to take the last words of a server that stops, in milliseconds. */
const GOODBYE_MS = 1_000;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // A stream ends with its connection; kept open it would delay the stop until it times out.
  connection: 'close',
};

/** GET /v1/events: a stream of events (SSE). */
export const eventRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (app, { streams, outlet: options, log }) => {
  const open = new Set<ResponseOutlet>();
  observeClients(() => open.size);

  app.get('/v1/events', { schema: { querystring: EventsQuery } }, async (request, reply) => {
    const { job: jobId, lane, workload, tenant, after } = request.query;
    const tenants = tenantScope(request.headers[TENANTS_HEADER], tenant);
    const resumeAfter = lastEventId(request.headers['last-event-id']) ?? after;
    reply.hijack();
    reply.raw.writeHead(200, STREAM_HEADERS);
    const outlet = new ResponseOutlet(reply.raw, options);
    open.add(outlet);
    try {
      const filter = { jobId, lane, workload, tenants };
      await streamEvents(streams, outlet, { filter, after: resumeAfter }, outlet.ended);
    } catch (err) {
      // Once begun, a stream can only be cut off; the client comes back for the rest.
      if (!outlet.ended.aborted) log.warn({ err }, 'a stream of events broke off');
      if (!outlet.ended.aborted) reply.raw.destroy();
    } finally {
      open.delete(outlet);
    }
  });

  app.addHook('preClose', async () => {
    const late = AbortSignal.timeout(GOODBYE_MS);
    await Promise.all([...open].map((outlet) => outlet.close(DRAIN_FRAME, late)));
  });
};

function observeClients(count: () => number): void {
  metrics
    .getMeter('lanekeeper.status')
    .createObservableGauge('lanekeeper.sse.clients', { description: 'Open streams of events' })
    .addCallback((result) => result.observe(count()));
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  const id = /^\d{1,15}$/.test(String(header)) ? Number(header) : undefined;
  if (id !== undefined) return id;
  throw invalidFields([{ pointer: '/last-event-id', detail: 'must be an id that the stream has sent' }], 'headers');
}
