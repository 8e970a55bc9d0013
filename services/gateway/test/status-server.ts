import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Job, WorkloadStats } from '@lanekeeper/contracts';
import { fastify } from 'fastify';

/** An HTTP server that speaks the status service's interface over jobs given by a test. */
export type StatusServer = AsyncDisposable & {
  url: string;
  jobs: Map<string, Job>;
  stats: Record<string, WorkloadStats>;
  /** Every request so far: its path with query, and headers. */
  requests: { url: string; headers: Record<string, unknown> }[];
  /** Event streams that are open now. */
  streams: Set<ServerResponse>;
  /** Resolves with the next event stream that is opened. */
  nextStream: () => Promise<ServerResponse>;
  stop: () => Promise<void>;
};

export const noJobs: WorkloadStats = {
  waiting: 0,
  active: 0,
  delayed: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  uncertain: 0,
  lanes: 0,
};

/** Starts one on loopback. */
export async function startStatusServer(port = 0): Promise<StatusServer> {
  const app = fastify({ forceCloseConnections: true });
  const jobs = new Map<string, Job>();
  const stats: Record<string, WorkloadStats> = { 'remove-bg': noJobs };
  const requests: StatusServer['requests'] = [];
  const streams = new Set<ServerResponse>();
  app.addHook('onRequest', async ({ url, headers }) => {
    requests.push({ url, headers });
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/v1/stats', async () => ({ workloads: stats }));
  app.get('/v1/jobs', async () => ({ jobs: [...jobs.values()] }));
  app.get<{ Params: { id: string } }>('/v1/jobs/:id', async ({ params }, reply) => {
    const job = jobs.get(params.id);
    return job ?? reply.code(404).type('application/problem+json').send({ code: 'NOT_FOUND', status: 404 });
  });
  app.get('/v1/events', (_request, reply) => {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
    app.server.emit('stream', response);
  });
  const url = await app.listen({ host: '127.0.0.1', port });
  const stop = () => app.close();
  const nextStream = async () => (await once(app.server, 'stream'))[0] as ServerResponse;
  return { url, jobs, stats, requests, streams, nextStream, stop, [Symbol.asyncDispose]: stop };
}

/** A job of the image queue, queued, with changes. */
export function aJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job-1',
    workload: 'remove-bg',
    lane: 'v1',
    tenant: 'vendor:v1',
    state: 'queued',
    progress: 0,
    data: { recordId: 'r1', photoUrl: 'https://photos.example/1.jpg', vendorId: 'v1' },
    attempt: 0,
    submittedAt: '2026-01-02T03:04:05.678Z',
    commandSeq: 1,
    lastSeq: 1,
    ...changes,
  };
}
