import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RemoveBgData, workloads } from '@lanekeeper/contracts';
import { openLanes, startWorker } from '@lanekeeper/lanes';
import { startNats } from '@lanekeeper/local-stack';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { expect, inject, test, vi } from 'vitest';
import { type LanesEngine, lanesEngine } from '../src/lanes-engine.ts';
import { aGateway, bulkOf, post, single } from './a-gateway.ts';

const SINGLE = '/api/image-queue/remove-bg-queue';
const BULK = '/api/image-queue/bulk-remove-bg';
const log = createLogger('test', 'silent');

/** A gateway over real lanes in a namespace of its own. */
async function overLanes(url = inject('natsUrl'), prefix = `gw${randomBytes(4).toString('hex')}-`) {
  const engine = lanesEngine({
    connect: () => connectNats({ url, name: 'gateway test', log }),
    prefix,
    replicas: 1,
    log,
  });
  const gateway = await aGateway({ engine, checks: { nats: () => engine.missing() } });
  return {
    ...gateway,
    engine: engine as LanesEngine,
    prefix,
    ready: () => vi.waitFor(async () => expect(await engine.missing()).toBeUndefined(), { timeout: 15_000 }),
    async [Symbol.asyncDispose]() {
      await gateway.app.close();
      await engine.close();
    },
  };
}

/** Names of the stored commands' records, in order. */
async function storedRecords({ prefix }: { prefix: string }): Promise<string[]> {
  const nc = await connectNats({ url: inject('natsUrl'), name: 'gateway test reader', log });
  try {
    const { jsm, names } = await openLanes({ nc, prefix });
    const { state } = await jsm.streams.info(names.commandsStream);
    const records: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
      const message = await jsm.streams.getMessage(names.commandsStream, { seq });
      if (message) records.push(message.json<{ data: RemoveBgData }>().data.recordId);
    }
    return records;
  } finally {
    await nc.close();
  }
}

test('a bulk of 1,000 is stored whole and in order', async () => {
  await using gateway = await overLanes();
  await gateway.ready();
  const body = bulkOf(1_000);
  const answer = await gateway.app.inject(post(BULK, body));
  expect(answer.statusCode).toBe(202);
  expect(new Set(answer.json().jobIds).size).toBe(1_000);
  expect(await storedRecords(gateway)).toEqual(body.recordIds);
});

test('the same key and body answer with the same jobs and add none, at any replica', async () => {
  await using one = await overLanes();
  await using two = await overLanes(inject('natsUrl'), one.prefix);
  await Promise.all([one.ready(), two.ready()]);
  const key = { 'idempotency-key': 'order-7' };
  const first = await one.app.inject(post(BULK, bulkOf(20), key));
  const again = await two.app.inject(post(BULK, Object.fromEntries(Object.entries(bulkOf(20)).toReversed()), key));
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect([again.statusCode, again.json()]).toEqual([202, first.json()]);
  expect(await storedRecords(one)).toHaveLength(20);
});

test('many requests at once under one key add the work once', async () => {
  await using gateway = await overLanes();
  await gateway.ready();
  const request = post('/v1/jobs', { workload: 'remove-bg', lane: 'v1', data: single }, { 'idempotency-key': 'race' });
  const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.app.inject(request)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(202));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(await storedRecords(gateway)).toEqual(['r1']);
});

test('the same key for another body, or another route, is refused; another key is another request', async () => {
  await using gateway = await overLanes();
  await gateway.ready();
  const key = { 'idempotency-key': 'k1' };
  expect((await gateway.app.inject(post(SINGLE, single, key))).statusCode).toBe(202);
  const body = await gateway.app.inject(post(SINGLE, { ...single, recordId: 'r2' }, key));
  expect(body.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  const route = await gateway.app.inject(post(BULK, bulkOf(1), key));
  expect(route.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  expect((await gateway.app.inject(post(SINGLE, single, { 'idempotency-key': 'k2' }))).statusCode).toBe(202);
  expect((await gateway.app.inject(post(SINGLE, single))).statusCode).toBe(202);
  expect(await storedRecords(gateway)).toEqual(['r1', 'r1', 'r1']);
});

test('a refused body leaves its key free', async () => {
  await using gateway = await overLanes();
  await gateway.ready();
  const key = { 'idempotency-key': 'k1' };
  expect((await gateway.app.inject(post(SINGLE, { ...single, photoUrl: 'x' }, key))).statusCode).toBe(400);
  expect((await gateway.app.inject(post(SINGLE, single, key))).statusCode).toBe(202);
});

test('worker health follows the live workers', async () => {
  await using gateway = await overLanes();
  await gateway.ready();
  const health = async () => (await gateway.app.inject('/api/worker/health')).json().status;
  expect(await health()).toBe('unhealthy');
  const nc = await connectNats({ url: inject('natsUrl'), name: 'gateway test worker', log });
  const lanes = await openLanes({ nc, prefix: gateway.prefix });
  const worker = await startWorker({
    lanes,
    workload: { name: 'remove-bg', limits: workloads['remove-bg'].limits, check: () => [] },
    handle: async () => ({}),
    log,
    info: () => ({ rembgHealthy: 1 }),
  });
  await vi.waitFor(async () => expect(await health()).toBe('healthy'), { timeout: 10_000, interval: 200 });
  await worker.stop(1_000);
  await vi.waitFor(async () => expect(await health()).toBe('unhealthy'), { timeout: 10_000, interval: 200 });
  await nc.close();
});

test('while NATS is away submits are 503 and readiness says so; then the gateway works again', {
  timeout: 90_000,
}, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'gateway-nats-'));
  const server = await startNats({ dir });
  try {
    await using gateway = await overLanes(server.url);
    await gateway.ready();
    const request = post(SINGLE, single, { 'idempotency-key': 'through-an-outage' });
    await server.kill();
    const refused = await gateway.app.inject(request);
    expect(refused.json()).toMatchObject({ status: 503, code: 'NOT_READY' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const notReady = await gateway.app.inject('/readyz');
    expect([notReady.statusCode, Object.keys(notReady.json().missing)]).toEqual([503, ['nats']]);
    expect((await gateway.app.inject('/healthz')).statusCode).toBe(200);
    expect((await gateway.app.inject('/api/worker/health')).statusCode).toBe(503);
    await server.restart();
    await gateway.ready();
    expect((await gateway.app.inject(request)).statusCode).toBe(202);
    expect((await gateway.app.inject('/readyz')).json()).toEqual({ status: 'ready' });
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
