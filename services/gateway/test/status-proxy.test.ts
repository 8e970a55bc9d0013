import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aGateway } from './a-gateway.ts';
import { aJob, type StatusServer, startStatusServer } from './status-server.ts';

let status: StatusServer;
beforeAll(async () => {
  status = await startStatusServer();
});
afterAll(() => status.stop());
beforeEach(() => {
  status.requests.length = 0;
});

async function listening() {
  const gateway = await aGateway({}, { STATUS_URL: status.url });
  return { ...gateway, url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) };
}

/** Opens the gateway's event stream and gives the server's end of it. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const opened = status.nextStream();
  const abort = new AbortController();
  const answer = await fetch(`${url}/v1/events?workload=remove-bg`, { headers, signal: abort.signal });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => {
    const { value, done } = await reader.read();
    return done ? 'end' : new TextDecoder().decode(value);
  };
  return { server: await opened, answer, read, leave: () => abort.abort() };
}

test('reads are passed on with their query and answered as the status service answers', async () => {
  await using gateway = await aGateway({}, { STATUS_URL: status.url });
  status.jobs.set('job-1', aJob());
  const list = await gateway.app.inject('/v1/jobs?lane=v%201&limit=5&state=nonsense');
  expect(list.json()).toEqual({ jobs: [aJob()] });
  expect((await gateway.app.inject('/v1/jobs/job-1')).json()).toEqual(aJob());
  expect((await gateway.app.inject('/v1/stats')).statusCode).toBe(200);
  const missing = await gateway.app.inject('/v1/jobs/nothing');
  expect(missing.statusCode).toBe(404);
  expect(missing.headers['content-type']).toContain('application/problem+json');
  expect(status.requests.map(({ url }) => url)).toEqual([
    '/v1/jobs?lane=v%201&limit=5&state=nonsense',
    '/v1/jobs/job-1',
    '/v1/stats',
    '/v1/jobs/nothing',
  ]);
});

test('a client cannot choose its own scope, nor send credentials on', async () => {
  await using gateway = await aGateway({}, { STATUS_URL: status.url });
  const headers = {
    'x-lanekeeper-tenants': '["someone else"]',
    'X-Lanekeeper-Anything': '1',
    authorization: 'Bearer secret',
    cookie: 'secret',
  };
  await gateway.app.inject({ url: '/v1/jobs', headers });
  await gateway.app.inject({ url: '/api/image-queue/job/job-1', headers });
  expect(status.requests).toHaveLength(2);
  expect(JSON.stringify(status.requests)).not.toMatch(/someone else|secret|lanekeeper/i);
});

test('events arrive one by one while the stream is open, and Last-Event-ID is passed on', async () => {
  await using gateway = await listening();
  const stream = await openStream(gateway.url, { 'last-event-id': '41' });
  expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
  expect(status.requests[0]).toMatchObject({
    url: '/v1/events?workload=remove-bg',
    headers: { 'last-event-id': '41' },
  });
  for (const id of [42, 43]) {
    stream.server.write(`id: ${id}\ndata: {}\n\n`);
    expect(await stream.read()).toBe(`id: ${id}\ndata: {}\n\n`);
  }
  const closed = once(stream.server, 'close');
  stream.leave();
  await closed;
});

test('when the gateway stops, an open stream ends cleanly at once and lets go of the status service', async () => {
  const gateway = await listening();
  const stream = await openStream(gateway.url);
  stream.server.write('id: 1\ndata: {}\n\nid: 2\nda');
  await stream.read();
  const closed = once(stream.server, 'close');
  await gateway.app.close();
  expect(await stream.read()).toBe('end');
  await closed;
});

test('when the status service dies in the middle of an event, the stream ends without an error', async () => {
  await using gateway = await listening();
  const stream = await openStream(gateway.url);
  stream.server.write('id: 1\ndata: {}\n\nid: 2\nda');
  expect(await stream.read()).toContain('id: 1');
  stream.server.destroy();
  expect(await stream.read()).toBe('end');
});

test('200 streams do not keep other reads waiting', async () => {
  await using gateway = await listening();
  const streams: Awaited<ReturnType<typeof openStream>>[] = [];
  for (let count = 0; count < 200; count++) streams.push(await openStream(gateway.url));
  const answer = await fetch(`${gateway.url}/v1/jobs`);
  expect(answer.status).toBe(200);
  for (const stream of streams) stream.leave();
});

test('while the status service is away reads are 503 with Retry-After; afterwards a client resumes', async () => {
  const own = await startStatusServer();
  await using gateway = await aGateway({}, { STATUS_URL: own.url });
  await own.stop();
  for (const path of ['/v1/jobs', '/v1/jobs/job-1', '/v1/events', '/v1/stats']) {
    const answer = await gateway.app.inject(path);
    expect(answer.json()).toMatchObject({ status: 503, code: 'NOT_READY' });
    expect(answer.headers['retry-after']).toBe('2');
  }
  await using again = await startStatusServer(Number(new URL(own.url).port));
  expect((await gateway.app.inject('/v1/jobs')).statusCode).toBe(200);
  expect(again.requests).toHaveLength(1);
});

test('while the status service is away an EventSource is told to come back, since it takes an error as final', async () => {
  const own = await startStatusServer();
  await using gateway = await aGateway({}, { STATUS_URL: own.url });
  await own.stop();
  const answer = await gateway.app.inject({ url: '/v1/events', headers: { accept: 'text/event-stream' } });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/event-stream');
  expect(answer.body).toBe('retry: 1000\n\n');
});
