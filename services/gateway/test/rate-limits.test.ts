import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FreshDatabase, freshDatabase, startMysql } from '@lanekeeper/local-stack';
import { createLogger, problem } from '@lanekeeper/service-kit';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { loadGatewayConfig } from '../src/config.ts';
import { gatewayMigrations } from '../src/limits/limits-table.ts';
import { openLimits } from '../src/limits/open-limits.ts';
import { openDatabase } from '../src/open-database.ts';
import { aGateway, bulkOf, post, single } from './a-gateway.ts';

const SINGLE = '/api/image-queue/remove-bg-queue';
const BULK = '/api/image-queue/bulk-remove-bg';
const log = createLogger('test', 'silent');
let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase(inject('mysqlAdminUrl'));
});
afterAll(() => database.drop());

/** A replica with limits in the database, ready to count there. */
async function aReplica(env: NodeJS.ProcessEnv = {}, url = database.url) {
  const config = loadGatewayConfig({ DATABASE_URL: url, ...env });
  const counted = openDatabase(config, { gateway: gatewayMigrations }, log);
  const gateway = await aGateway({ rateLimits: openLimits(config, counted, log) }, { DATABASE_URL: url, ...env });
  return {
    ...gateway,
    counted,
    ready: () => vi.waitFor(async () => expect(await counted.missing()).toBeUndefined()),
    async [Symbol.asyncDispose]() {
      await gateway.app.close();
      await counted.close();
    },
  };
}
const removal = (vendorId: string) => post(SINGLE, { ...single, vendorId });

test('a vendor’s limit holds over two replicas and a restart, and others keep theirs', async () => {
  const env = { RATE_LIMIT_REMOVAL: '3/3600' };
  {
    await using one = await aReplica(env);
    await using two = await aReplica(env);
    await Promise.all([one.ready(), two.ready()]);
    const first = await one.app.inject(removal('shared'));
    expect(first.statusCode).toBe(202);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(3_000);
    expect((await two.app.inject(removal('shared'))).headers['ratelimit-remaining']).toBe('1');
    expect((await one.app.inject(removal('shared'))).statusCode).toBe(202);
    expect((await two.app.inject(removal('shared'))).statusCode).toBe(429);
    expect((await two.app.inject(removal('another'))).statusCode).toBe(202);
  }
  await using restarted = await aReplica(env);
  await restarted.ready();
  const refused = await restarted.app.inject(removal('shared'));
  expect(refused.json()).toMatchObject({
    status: 429,
    code: 'RATE_LIMITED',
    detail: expect.stringMatching(/3 .*vendor/),
  });
  expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000);
  expect(restarted.engine.submitted).toEqual([]);
});

test('parallel requests at several replicas get no more than the limit', async () => {
  const env = { RATE_LIMIT_REMOVAL: '10/3600' };
  await using one = await aReplica(env);
  await using two = await aReplica(env);
  await Promise.all([one.ready(), two.ready()]);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => [one, two][index % 2]?.app.inject(removal('parallel'))),
  );
  const accepted = answers.filter((answer) => answer?.statusCode === 202);
  expect(accepted).toHaveLength(10);
});

test('a bulk counts as one request, against the limit of bulks', async () => {
  await using replica = await aReplica({ RATE_LIMIT_BULK: '2/3600', RATE_LIMIT_REMOVAL: '1/3600' });
  await replica.ready();
  const bulk = post(BULK, bulkOf(100, { vendorId: 'bulky' }));
  expect((await replica.app.inject(bulk)).headers).toMatchObject({
    'ratelimit-limit': '2',
    'ratelimit-remaining': '1',
  });
  expect((await replica.app.inject(bulk)).statusCode).toBe(202);
  expect((await replica.app.inject(bulk)).statusCode).toBe(429);
  expect((await replica.app.inject(removal('bulky'))).statusCode).toBe(202);
});

test('the uniform route counts against the same limits', async () => {
  await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '1/3600' });
  await replica.ready();
  const data = { ...single, vendorId: 'uniform' };
  const request = post('/v1/jobs', { workload: 'remove-bg', lane: 'uniform', data });
  expect((await replica.app.inject(request)).statusCode).toBe(202);
  expect((await replica.app.inject(request)).statusCode).toBe(429);
  expect((await replica.app.inject(removal('uniform'))).statusCode).toBe(429);
});

test('a client address has a limit over all vendors; the address is the proxy’s word only when it is trusted', async () => {
  const env = { RATE_LIMIT_CLIENT: '2/900', RATE_LIMIT_REMOVAL: '100/3600' };
  const from = (address: string, vendor: string) => ({
    ...removal(vendor),
    headers: { 'x-forwarded-for': address },
    remoteAddress: '10.9.8.7',
  });
  await using trusting = await aReplica({ ...env, TRUST_PROXY: '10.0.0.0/8' });
  await using wary = await aReplica(env);
  await Promise.all([trusting.ready(), wary.ready()]);
  for (const vendor of ['c1', 'c2'])
    expect((await trusting.app.inject(from('192.0.2.1', vendor))).statusCode).toBe(202);
  const refused = await trusting.app.inject(from('192.0.2.1', 'c3'));
  expect(refused.json()).toMatchObject({ status: 429, detail: expect.stringContaining('client address') });
  expect((await trusting.app.inject(from('192.0.2.2', 'c3'))).statusCode).toBe(202);
  for (const vendor of ['c1', 'c2']) expect((await wary.app.inject(from('192.0.2.9', vendor))).statusCode).toBe(202);
  expect((await wary.app.inject(from('192.0.2.10', 'c3'))).statusCode).toBe(429);
});

test('polling is never limited, nor is what adds no work: refused bodies, repeats and failed submits', async () => {
  await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '1/3600', RATE_LIMIT_CLIENT: '200/900' });
  await replica.ready();
  for (let count = 0; count < 5; count++) {
    expect(
      (await replica.app.inject(post(SINGLE, { ...single, vendorId: 'careless', photoUrl: 'x' }))).statusCode,
    ).toBe(400);
  }
  replica.engine.fail = problem('NOT_READY', 'Away.');
  expect((await replica.app.inject(removal('careless'))).statusCode).toBe(503);
  replica.engine.fail = undefined;
  const submit = replica.engine.submit;
  replica.engine.submit = async (jobs, options) => ({ ...(await submit(jobs, options)), replayed: true });
  expect((await replica.app.inject(removal('careless'))).headers['idempotency-replayed']).toBe('true');
  replica.engine.submit = submit;
  expect((await replica.app.inject(removal('careless'))).statusCode).toBe(202);
  expect((await replica.app.inject(removal('careless'))).statusCode).toBe(429);
  for (let count = 0; count < 110; count++) {
    expect((await replica.app.inject('/api/worker/health')).statusCode).not.toBe(429);
  }
});

test('a point given back is free again, also when others were refused meanwhile', async () => {
  await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '1/3600' });
  await replica.ready();
  const { promise: stored, reject: fail } = Promise.withResolvers<never>();
  const submit = replica.engine.submit;
  const begun = new Promise<void>((begin) => {
    replica.engine.submit = async () => {
      begin();
      return await stored;
    };
  });
  const first = replica.app.inject(removal('giver'));
  await begun;
  for (let count = 0; count < 3; count++) {
    expect((await replica.app.inject(removal('giver'))).statusCode).toBe(429);
  }
  fail(problem('NOT_READY', 'Away.'));
  expect((await first).statusCode).toBe(503);
  replica.engine.submit = submit;
  expect((await replica.app.inject(removal('giver'))).statusCode).toBe(202);
});

test('a window that is over starts anew', async () => {
  await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '1/1' });
  await replica.ready();
  expect((await replica.app.inject(removal('window'))).statusCode).toBe(202);
  await vi.waitFor(async () => expect((await replica.app.inject(removal('window'))).statusCode).toBe(202), {
    timeout: 10_000,
    interval: 200,
  });
});

test('RATE_LIMIT=off limits nothing and says nothing of limits', async () => {
  await using replica = await aReplica({ RATE_LIMIT: 'off', RATE_LIMIT_REMOVAL: '1/3600' });
  await replica.ready();
  for (let count = 0; count < 3; count++) {
    const answer = await replica.app.inject(removal('free'));
    expect(answer.statusCode).toBe(202);
    expect(answer.headers).not.toHaveProperty('ratelimit-limit');
  }
});

test('while the database is away submits go on, limited by each replica’s memory', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'gateway-limits-'));
  const server = await startMysql({ dir, fast: true });
  try {
    const own = await freshDatabase(server.adminUrl);
    await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '2/3600' }, own.url);
    await replica.ready();
    expect((await replica.app.inject(removal('steady'))).statusCode).toBe(202);
    await server.kill();
    await expect(replica.counted.missing()).rejects.toThrow();
    const inMemory = [202, 202, 429];
    for (const status of inMemory) expect((await replica.app.inject(removal('steady'))).statusCode).toBe(status);
    await server.restart();
    await vi.waitFor(async () => expect((await replica.app.inject(removal('steady'))).statusCode).toBe(202), {
      timeout: 20_000,
      interval: 500,
    });
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});

test('a replica that starts before the database counts there once it is up', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'gateway-limits-'));
  const server = await startMysql({ dir, fast: true });
  try {
    const own = await freshDatabase(server.adminUrl);
    await server.kill();
    await using replica = await aReplica({ RATE_LIMIT_REMOVAL: '5/3600' }, own.url);
    expect((await replica.app.inject(removal('early'))).statusCode).toBe(202);
    await server.restart();
    await vi.waitFor(async () => expect(await replica.counted.missing()).toBeUndefined(), { timeout: 20_000 });
    expect((await replica.app.inject(removal('early'))).headers['ratelimit-remaining']).toBe('4');
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
