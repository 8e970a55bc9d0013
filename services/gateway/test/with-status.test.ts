import { randomBytes } from 'node:crypto';
import { type FreshDatabase, freePort, freshDatabase } from '@lanekeeper/local-stack';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { lanesEngine } from '../src/lanes-engine.ts';
import { aGateway, bulkOf, post, single } from './a-gateway.ts';
import { type StatusProcess, startStatusProcess } from './status-process.ts';

const log = createLogger('test', 'silent');
const prefix = `gws${randomBytes(4).toString('hex')}-`;
let database: FreshDatabase;
let status: StatusProcess;
let statusPort: number;

beforeAll(async () => {
  database = await freshDatabase(inject('mysqlAdminUrl'));
  statusPort = await freePort(0);
  status = startStatus();
});
afterAll(async () => {
  await status.stop();
  await database.drop();
});

/** Starts the status service as a process of its own, always at the same port. */
function startStatus(): StatusProcess {
  return startStatusProcess({ natsUrl: inject('natsUrl'), databaseUrl: database.url, prefix, port: statusPort });
}

/** A gateway before the real status service and real lanes, listening. */
async function listening() {
  const engine = lanesEngine({
    connect: () => connectNats({ url: inject('natsUrl'), name: 'gateway test', log }),
    prefix,
    replicas: 1,
    log,
  });
  const gateway = await aGateway({ engine }, { STATUS_URL: `http://127.0.0.1:${statusPort}` });
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const ready = async () => {
    expect(await engine.missing()).toBeUndefined();
    expect((await fetch(`${url}/v1/stats`)).status).toBe(200);
  };
  await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  return {
    ...gateway,
    url,
    async [Symbol.asyncDispose]() {
      await gateway.app.close();
      await engine.close();
    },
  };
}

type Follower = { ids: number[]; jobs: string[]; lastId: () => string; leave: () => Promise<void> };

/** Follows the event stream as EventSource does, also over interruptions: comes back with the last id it saw. */
function follow(urlOf: () => string): Follower {
  const stop = new AbortController();
  const ids: number[] = [];
  const jobs: string[] = [];
  let lastId = '0';
  const once = async () => {
    const headers = { 'last-event-id': lastId };
    const answer = await fetch(`${urlOf()}/v1/events`, { headers, signal: stop.signal });
    if (answer.status !== 200 || !answer.body) return;
    let rest = '';
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + part).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(frame)?.[1];
        lastId = field('id') ?? lastId;
        const data = field('data');
        const { jobId } = data ? (JSON.parse(data) as { jobId?: string }) : {};
        if (jobId === undefined) continue;
        ids.push(Number(lastId));
        jobs.push(jobId);
      }
    }
  };
  const done = (async () => {
    while (!stop.signal.aborted) {
      await once().catch(() => undefined); // cut off: come back
      await new Promise((again) => setTimeout(again, 50));
    }
  })();
  return {
    ids,
    jobs,
    lastId: () => lastId,
    async leave() {
      stop.abort();
      await done;
    },
  };
}

test('a job that was just submitted is never unknown', async () => {
  await using gateway = await listening();
  for (let count = 0; count < 20; count++) {
    const { jobId } = (await gateway.app.inject(post('/api/image-queue/remove-bg-queue', single))).json();
    const read = await gateway.app.inject(`/api/image-queue/job/${jobId}`);
    expect(read.json()).toEqual({ id: jobId, state: 'waiting', progress: 0, data: single });
  }
  const [{ id }] = (await gateway.app.inject('/v1/jobs?limit=1')).json().jobs;
  expect((await gateway.app.inject(`/v1/jobs/${id}`)).json()).toMatchObject({ id, state: 'queued', lane: 'v1' });
});

test('statistics follow the submits', async () => {
  await using gateway = await listening();
  const stats = async () => (await gateway.app.inject('/api/image-queue/queue-stats')).json().backgroundRemoval.waiting;
  await gateway.app.inject(post('/api/image-queue/bulk-remove-bg', bulkOf(500)));
  await vi.waitFor(async () => expect(await stats()).toBeGreaterThanOrEqual(500), { timeout: 10_000 });
});

test('events come once each and in order through restarts of the status service and of the gateway', async () => {
  let gateway = await listening();
  const submitted: string[] = [];
  const submit = async () => {
    const answer = await gateway.app.inject(post('/api/image-queue/bulk-remove-bg', bulkOf(30, { vendorId: 'sse' })));
    submitted.push(...answer.json().jobIds);
  };
  const follower = follow(() => gateway.url);
  const seen = () => follower.jobs.filter((id) => submitted.includes(id));
  const caughtUp = () => vi.waitFor(() => expect(seen()).toHaveLength(submitted.length), { timeout: 20_000 });
  await submit();
  await caughtUp();
  await status.stop();
  await submit();
  status = startStatus();
  await caughtUp();
  await submit();
  await gateway[Symbol.asyncDispose]();
  gateway = await listening();
  await submit();
  await caughtUp();
  await follower.leave();
  expect(seen().toSorted()).toEqual(submitted.toSorted());
  expect(follower.ids).toEqual(follower.ids.toSorted((a, b) => a - b));
  expect(new Set(follower.ids).size).toBe(follower.ids.length);
  await gateway[Symbol.asyncDispose]();
});
