import { randomBytes } from 'node:crypto';
import { workloads } from '@lanekeeper/contracts';
import { addFetchLog, type DealersDatabase, dealersMigrations } from '@lanekeeper/dealers';
import { fetchTypes } from '@lanekeeper/dgi/modules';
import { openLanes, startWorker, type Worker } from '@lanekeeper/lanes';
import { type FreshDatabase, freePort, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, connectNats, createLogger, migrate } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { openDealers } from '../src/dealers/open-dealers.ts';
import { type LanesEngine, lanesEngine } from '../src/lanes-engine.ts';
import { aGateway, post } from './a-gateway.ts';
import { type StatusProcess, startStatusProcess } from './status-process.ts';

const log = createLogger('test', 'silent');
const prefix = `gwf${randomBytes(4).toString('hex')}-`;
const SECRETS_KEY = `test:${randomBytes(32).toString('base64')}`;
const GENEROUS = { timeout: 30_000, interval: 100 };

let database: FreshDatabase;
let db: Kysely<DealersDatabase>;
let status: StatusProcess;
let engine: LanesEngine;
let gateway: Awaited<ReturnType<typeof aGateway>>;

beforeAll(async () => {
  database = await freshDatabase(inject('mysqlAdminUrl'));
  db = connectDatabase<DealersDatabase>({ url: database.url, poolSize: 4 });
  await migrate(db as unknown as Kysely<never>, 'dealers', dealersMigrations, log);
  const statusPort = await freePort(0);
  status = startStatusProcess({ natsUrl: inject('natsUrl'), databaseUrl: database.url, prefix, port: statusPort });
  const connect = () => connectNats({ url: inject('natsUrl'), name: 'gateway test', log });
  engine = lanesEngine({ connect, prefix, replicas: 1, log });
  const dealers = openDealers({ SECRETS_KEY }, db as unknown as Kysely<never>);
  gateway = await aGateway({ engine, dealers }, { STATUS_URL: `http://127.0.0.1:${statusPort}`, SECRETS_KEY });
  await vi.waitFor(async () => {
    expect(await engine.missing()).toBeUndefined();
    expect((await get('/v1/stats')).statusCode).toBe(200);
  }, GENEROUS);
  for (const dealerId of ['08138', 'D2', 'D3']) expect(await addDealer(dealerId)).toBe(201);
  expect(await addDealer('OLD', { active: false })).toBe(201);
});
afterAll(async () => {
  await gateway.app.close();
  await engine.close();
  await status.stop();
  await db.destroy();
  await database.drop();
});

const get = (url: string) => gateway.app.inject({ method: 'GET', url });
const remove = (url: string) => gateway.app.inject({ method: 'DELETE', url });
const send = (url: string, body: object) => gateway.app.inject(post(url, body));
const dealer = (dealerId: string, changes: object = {}) => ({
  dealerId,
  name: `Dealer ${dealerId}`,
  baseUrl: 'http://127.0.0.1:1/dgi-api/v1.3',
  apiKey: 'the-api-key',
  secretKey: 'the-secret-key',
  ...changes,
});
const addDealer = async (dealerId: string, changes = {}) =>
  (await send('/v1/dealers', dealer(dealerId, changes))).statusCode;
const queue = async (dealerId: string) => (await send('/jobs/queue', { dealer_id: dealerId })).json().job_id as string;
const view = async () => (await get('/jobs/queue/status')).json();

describe('dealers', () => {
  test('are shown to old clients as ever, and to nobody with their credentials', async () => {
    const old = (await get('/dealers')).json();
    expect(old[0]).toEqual({
      id: expect.any(Number),
      dealer_id: '08138',
      dealer_name: 'Dealer 08138',
      is_active: true,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/),
    });
    const shown = await get('/v1/dealers/08138');
    expect(shown.json()).toMatchObject({ dealerId: '08138', timeZone: 'Asia/Jakarta', quotaPerDay: null });
    expect(shown.body + (await get('/v1/dealers')).body).not.toMatch(/the-api-key|the-secret-key|apiKey|secretKey/);
    const [stored] = await db.selectFrom('dealers').selectAll().execute();
    expect(JSON.stringify(stored)).not.toMatch(/the-api-key|the-secret-key/);
  });

  test('are changed and removed', async () => {
    expect(await addDealer('TMP')).toBe(201);
    const changed = await gateway.app.inject({ method: 'PATCH', url: '/v1/dealers/TMP', payload: { active: false } });
    expect(changed.json()).toMatchObject({ dealerId: 'TMP', active: false, name: 'Dealer TMP' });
    expect((await remove('/v1/dealers/TMP')).statusCode).toBe(204);
    expect((await get('/v1/dealers/TMP')).statusCode).toBe(404);
  });

  test.each([
    ['/dealerId', { dealerId: 'a b' }],
    ['/baseUrl', { baseUrl: 'ftp://x' }],
    ['/timeZone', { timeZone: 'Mars/Olympus' }],
    ['/dealer_id', { dealerId: 'D2' }],
    ['/unknown', { unknown: 1 }],
  ])('are refused naming %s', async (pointer, changes) => {
    const answer = await send('/v1/dealers', dealer('NEW', changes));
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  test('have schedules', async () => {
    const added = await send('/v1/dealers/D2/schedules', { fetchType: 'prospect', cron: '0 6 * * *' });
    expect(added.json()).toMatchObject({ dealerId: 'D2', active: true, nextAt: expect.stringMatching(/T23:00:00/) });
    const { id } = added.json();
    const url = `/v1/schedules/${id}`;
    const changed = await gateway.app.inject({ method: 'PATCH', url, payload: { active: false } });
    expect(changed.json()).toMatchObject({ id, active: false, nextAt: null });
    expect((await get('/v1/dealers/D2/schedules')).json().schedules).toHaveLength(1);
    expect((await remove(url)).statusCode).toBe(204);
    expect((await remove(url)).statusCode).toBe(404);
    const wrong = await send('/v1/dealers/D2/schedules', { fetchType: 'x', cron: '61 * * * *' });
    expect(wrong.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/fetchType', '/cron']);
  });
});

describe('queueing fetches', () => {
  test('answers 200 with the job', async () => {
    const answer = await send('/jobs/queue', { dealer_id: '08138', fetch_type: 'pkb', from_time: null, no_po: '' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      message: expect.any(String),
      job_id: expect.any(String),
      dealer_id: '08138',
      fetch_type: 'pkb',
      status: 'queued',
    });
    expect((await remove(`/jobs/queue/${answer.json().job_id}`)).json().status).toBe('cancelled');
  });

  test.each([
    ['an unknown dealer', 400, '/dealer_id', { dealer_id: 'nobody' }],
    ['an inactive dealer', 400, '/dealer_id', { dealer_id: 'OLD' }],
    ['an unknown fetch_type', 422, '/fetch_type', { dealer_id: 'D2', fetch_type: 'x' }],
    ['a malformed time', 422, '/from_time', { dealer_id: 'D2', from_time: '2026-02-30 00:00:00' }],
    [
      'a reversed range',
      422,
      '/from_time',
      { dealer_id: 'D2', from_time: '2026-02-02 00:00:00', to_time: '2026-02-01 00:00:00' },
    ],
    ['an order number where there is none', 422, '/no_po', { dealer_id: 'D2', no_po: 'PO-1' }],
  ])('refuses %s with %i naming the field', async (_what, code, pointer, body) => {
    const answer = await send('/jobs/queue', body);
    expect(answer.statusCode).toBe(code);
    expect(answer.json().errors[0].pointer).toBe(pointer);
    if (pointer === '/fetch_type') for (const known of fetchTypes) expect(answer.json().detail).toContain(known);
    if (pointer === '/dealer_id') expect(answer.json().detail).toContain(body.dealer_id);
  });

  test('in bulk queues nothing when a dealer is not known, and leaves inactive ones out', async () => {
    const before = (await view()).queue_length;
    const refused = await send('/jobs/queue/bulk', { dealer_ids: ['D2', 'nobody'] });
    expect(refused.statusCode).toBe(400);
    expect(refused.json().detail).toContain('nobody');
    expect((await view()).queue_length).toBe(before);
    const answer = await send('/jobs/queue/bulk', { dealer_ids: ['D2', 'OLD', 'D3'], fetch_type: 'spk_read' });
    expect(answer.json()).toMatchObject({ total_dealers: 3, queued_jobs: 2, failed_jobs: 1, fetch_type: 'spk_read' });
    expect(answer.json().failures).toEqual([{ dealer_id: 'OLD', error: expect.any(String) }]);
    for (const { job_id } of answer.json().jobs) expect((await remove(`/jobs/queue/${job_id}`)).statusCode).toBe(200);
  });

  test('by the deprecated aliases is queueing too', async () => {
    const answer = await send('/jobs/run', { dealer_id: 'D3' });
    expect(answer.headers).toMatchObject({ deprecation: expect.stringMatching(/^@\d+$/) });
    const { task_id: task } = answer.json();
    expect((await get(`/jobs/${task}/status`)).json()).toEqual({
      task_id: task,
      status: 'queued',
      result: null,
      progress: 0,
    });
    expect((await remove(`/jobs/queue/${task}`)).statusCode).toBe(200);
    const bulk = await send('/jobs/run-bulk', { dealer_ids: ['D3'] });
    expect(bulk.json()).toMatchObject({ queued_jobs: 1 });
    expect((await remove(`/jobs/queue/${bulk.json().jobs[0].job_id}`)).statusCode).toBe(200);
  });
});

test('the queue is shown in the order in which it runs, and what ran can be cleared', async () => {
  await remove('/jobs/queue/completed');
  const [a1, a2, b1, a3] = [await queue('08138'), await queue('08138'), await queue('D2'), await queue('08138')];
  const ids = (jobs: { id: string }[]) => jobs.map(({ id }) => id);
  const waiting = await view();
  expect(waiting).toMatchObject({ current_job: null, queue_length: 4, is_processing: false, running_jobs: [] });
  expect(ids(waiting.queued_jobs)).toEqual([a1, b1, a2, a3]);
  expect(waiting.queued_jobs[0]).toMatchObject({ status: 'queued', fetch_type: 'prospect', from_time: null });
  expect(waiting.queued_jobs[0].created_at).not.toMatch(/Z$/);

  const started: string[] = [];
  const gate = Promise.withResolvers<void>();
  const worker = await aWorker(async (jobId) => {
    started.push(jobId);
    await gate.promise;
  });
  try {
    await vi.waitFor(
      async () => expect((await view()).current_job).toMatchObject({ id: a1, status: 'running' }),
      GENEROUS,
    );
    const running = await view();
    expect(running).toMatchObject({ is_processing: true, queue_length: 3 });
    expect(ids(running.queued_jobs)).toEqual([b1, a2, a3]);
    const refused = await remove(`/jobs/queue/${a1}`);
    expect([refused.statusCode, refused.json().detail]).toEqual([404, expect.stringContaining('running')]);
    gate.resolve();
    await vi.waitFor(async () => expect((await view()).completed_jobs).toHaveLength(4), GENEROUS);
  } finally {
    await worker.stop(1_000);
    await worker.close();
  }
  expect(started).toEqual([a1, b1, a2, a3]);
  const over = await remove(`/jobs/queue/${a1}`);
  expect([over.statusCode, over.json().detail]).toEqual([404, expect.stringContaining('over')]);
  expect((await remove('/jobs/queue/completed')).json()).toMatchObject({ cleared_count: 4 });
  expect((await view()).completed_jobs).toEqual([]);
  expect((await get(`/jobs/queue/${a1}/status`)).json()).toMatchObject({ id: a1, status: 'completed' });
  expect((await get('/jobs/queue/nothing/status')).statusCode).toBe(404);
});

test('fetch logs are listed for old clients and new', async () => {
  const counts = { windows: 1, inserted: 5, updated: 1, unchanged: 2, rejected: 0, requests: 1, validate_only: 0 };
  const times = { started_at: new Date('2026-01-01T00:00:00Z'), ended_at: new Date('2026-01-01T00:00:02Z') };
  const common = { job_id: 'j1', attempt: 1, dealer_id: 'D2', fetch_type: 'pkb', from_time: null, to_time: null };
  await addFetchLog(db, { ...common, ...counts, ...times, status: 'completed', error_code: null, error_message: null });
  expect((await get('/jobs/?dealer_id=D2&limit=5')).json()).toEqual([
    expect.objectContaining({ id: 'j1', status: 'completed', records_fetched: 8, duration_seconds: 2 }),
  ]);
  expect((await get('/v1/fetch-logs?dealerId=D2')).json().logs).toEqual([
    expect.objectContaining({ jobId: 'j1', inserted: 5, error: null, startedAt: '2026-01-01T00:00:00.000Z' }),
  ]);
  expect((await get('/v1/fetch-logs?dealerId=D3')).json().logs).toEqual([]);
});

/** A worker of `fetch` that only tells what it was given; one at a time. */
async function aWorker(handle: (jobId: string) => Promise<void>): Promise<Worker & { close: () => Promise<void> }> {
  const nc = await connectNats({ url: inject('natsUrl'), name: 'worker test', log });
  const worker = await startWorker({
    lanes: await openLanes({ nc, prefix }),
    workload: { name: 'fetch', limits: workloads.fetch.limits, check: () => [] },
    times: { turnSliceMs: 0 },
    log,
    handle: ({ jobId }) => handle(jobId),
  });
  return { ...worker, close: () => nc.close() };
}
