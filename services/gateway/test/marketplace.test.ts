import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AccountsDatabase, accountsMigrations } from '@lanekeeper/accounts';
import { openLanes } from '@lanekeeper/lanes';
import { type FreshDatabase, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, connectNats, createLogger, migrate } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { openAccounts } from '../src/accounts/open-accounts.ts';
import { type LanesEngine, lanesEngine } from '../src/lanes-engine.ts';
import { statusClient } from '../src/status/status-client.ts';
import { aGateway, post } from './a-gateway.ts';
import { aJob, type StatusServer, startStatusServer } from './status-server.ts';

const log = createLogger('test', 'silent');
const prefix = `gwm${randomBytes(4).toString('hex')}-`;
const connect = () => connectNats({ url: inject('natsUrl'), name: 'gateway test', log });
const SECRETS_KEY = `k:${randomBytes(32).toString('base64')}`;

let dir: string;
let database: FreshDatabase;
let db: Kysely<AccountsDatabase>;
let status: StatusServer;
let engine: LanesEngine;
let gateway: Awaited<ReturnType<typeof aGateway>>;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'gateway-evidence-'));
  database = await freshDatabase(inject('mysqlAdminUrl'));
  db = connectDatabase<AccountsDatabase>({ url: database.url, poolSize: 4 });
  await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, log);
  status = await startStatusServer();
  engine = lanesEngine({ connect, prefix, replicas: 1, log });
  const accounts = openAccounts({ SECRETS_KEY }, db as unknown as Kysely<never>);
  gateway = await aGateway({ engine, accounts, status: statusClient(status.url) }, { EVIDENCE_DIR: dir });
  await vi.waitFor(async () => expect(await engine.missing()).toBeUndefined(), { timeout: 30_000 });
});
afterAll(async () => {
  await gateway.app.close();
  await engine.close();
  await status.stop();
  await db.destroy();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
  const answer = await gateway.app.inject({ method, url, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json(), text: answer.body };
};
const add = async (email: string): Promise<string> =>
  (await call('POST', '/v1/accounts', { email, site: 'generic' })).body.id;
const listing = {
  title: 'Oak desk',
  description: 'Solid.',
  price: '1,200',
  image_path: 'https://photos.example/1.jpg',
  category: 'Furniture',
};
const posted = (body: object) => call('POST', '/accounts/post-to-marketplace/', { ...listing, ...body });

test('a hundred posts for one account are queued at once, durably, in their order', async () => {
  const id = await add('hundred@example.com');
  const { status: code, body } = await posted({ accounts: ['hundred@example.com'], count: 100, unknown: 'ignored' });
  expect(code).toBe(202);
  expect(body).toMatchObject({ success: true, message: '100 operations queued for sequential processing' });
  expect(body.results).toHaveLength(100);
  expect(body.results[0]).toEqual({
    email: 'hundred@example.com',
    job_id: expect.any(String),
    status: 'queued',
    queue_position: 1,
  });
  expect(body.results[99].queue_position).toBe(100);
  const nc = await connect();
  const lanes = await openLanes({ nc, prefix });
  expect(await lanes.showLane({ workload: 'browser', lane: id })).toMatchObject({ commands: 100 });
  const last = await lanes.events.last('browser', id, body.results[99].job_id);
  expect(last?.event).toMatchObject({
    type: 'queued',
    job: {
      lane: id,
      data: {
        operation: 'post',
        accountId: id,
        allowDuplicate: true,
        listing: { title: 'Oak desk', price: 1200, images: ['https://photos.example/1.jpg'] },
      },
    },
  });
  expect(JSON.stringify(last?.event)).not.toContain('hundred@');
  await nc.close();
});

test('accounts are named by e-mail or id, and one that is unknown keeps everything from being queued', async () => {
  const id = await add('renew@example.com');
  const { body } = await call('POST', '/accounts/renew-listings/', { accounts: [id, 'RENEW@example.com'] });
  expect(body).toMatchObject({
    message: '2 operations queued for sequential processing',
    results: [{ email: 'renew@example.com', queue_position: 1 }, { queue_position: 2 }],
  });
  const refused = await posted({ accounts: [id, 'nobody@example.com'] });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/accounts/1', detail: 'names no account that is known: nobody@example.com' }],
    },
  });
  const { body: all } = await call('GET', '/accounts/automation-status/');
  expect(all.accounts_status['renew@example.com']).toMatchObject({ queue_size: 2 });
});

test('what is wrong with a listing is named as it was sent', async () => {
  const id = await add('wrong@example.com');
  const faults = async (body: object) => (await posted({ accounts: [id], ...body })).body.errors;
  expect(await faults({ image_path: '/srv/photo.jpg' })).toMatchObject([{ pointer: '/images/0' }]);
  expect(await faults({ price: 'cheap' })).toMatchObject([{ pointer: '/price' }]);
  expect(await faults({ title: '' })).toMatchObject([{ pointer: '/title' }]);
  expect(await faults({ count: 0 })).toMatchObject([{ pointer: '/count' }]);
  expect(await faults({ accounts: [id, id], count: 600 })).toMatchObject([{ pointer: '/accounts' }]);
  const wrong = { workload: 'browser', lane: id, data: { operation: 'renew', accountId: id, renewalCount: 0 } };
  expect((await call('POST', '/v1/jobs', wrong)).body.errors).toMatchObject([{ pointer: '/data/renewalCount' }]);
  const none = { ...wrong, data: { operation: 'sell', accountId: id } };
  expect((await call('POST', '/v1/jobs', none)).body.errors).toMatchObject([{ pointer: '/data/operation' }]);
});

test('the state of the queues has the shape that its clients know', async () => {
  const id = await add('status@example.com');
  await posted({ accounts: [id], count: 3 });
  status.jobs.set(
    'run',
    aJob({ id: 'run', workload: 'browser', lane: id, state: 'active', data: { operation: 'post' } }),
  );
  const { body } = await call('GET', '/accounts/automation-status/');
  status.jobs.clear();
  expect(body.success).toBe(true);
  expect(body.accounts_status['status@example.com']).toEqual({
    account_id: id,
    email: 'status@example.com',
    queue_size: 2,
    is_active: true,
    current_operation: 'post',
    completed: 0,
    account_state: 'login_required',
  });
});

test('an account is added, shown, changed and removed; its login is stored and never shown', async () => {
  const id = await add('crud@example.com');
  const url = `/v1/accounts/${id}`;
  expect(await call('POST', '/v1/accounts', { email: 'crud@example.com', site: 'generic' })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/email' }] },
  });
  const state = {
    cookies: [{ name: 'session', value: 'hush-hush', domain: 'x', path: '/', expires: -1 }],
    origins: [],
  };
  const stored = await call('PUT', `${url}/session`, state);
  expect(stored).toMatchObject({ status: 200, body: { hasSession: true, hasCredentials: false, state: 'ok' } });
  const kept = await call('PUT', `${url}/credentials`, { password: 'hush-hush' });
  expect(kept).toMatchObject({ status: 200, body: { hasCredentials: true } });
  expect(await call('PATCH', url, { language: 'es-ES' })).toMatchObject({ body: { language: 'es-ES' } });
  for (const { text } of [stored, kept, await call('GET', url), await call('GET', '/v1/accounts')]) {
    expect(text).not.toMatch(/hush|"session"|"credentials"/);
  }
  const row = await db.selectFrom('marketplace_accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain('hush-hush');
  expect(await call('PUT', `${url}/session`, { cookies: 'none' })).toMatchObject({ status: 400 });
  expect(await call('DELETE', `${url}/credentials`)).toMatchObject({ body: { hasCredentials: false } });
  expect((await call('DELETE', url)).status).toBe(204);
  for (const method of ['GET', 'DELETE'] as const) expect((await call(method, url)).status).toBe(404);
});

test('without a key no login is taken', async () => {
  const accounts = openAccounts({ SECRETS_KEY: '' }, db as unknown as Kysely<never>);
  await using keyless = await aGateway({ accounts });
  const id = await add('keyless@example.com');
  const answer = await keyless.app.inject({
    method: 'PUT',
    url: `/v1/accounts/${id}/credentials`,
    payload: { password: 'x' },
  });
  expect(answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining('SECRETS_KEY') });
});

test('while the database is away the answer says so', async () => {
  await using apart = await aGateway();
  const answer = await apart.app.inject(post('/accounts/renew-listings/', { accounts: ['a'] }));
  expect(answer.json()).toMatchObject({ status: 503, code: 'NOT_READY' });
});

test('evidence of a job is listed and served, sandboxed, and nothing else of the disk is', async () => {
  const run = path.join(dir, 'job-9', '1-0a1b2c3d');
  await mkdir(run, { recursive: true });
  await writeFile(path.join(run, 'page.html'), '<h1>Log in</h1>');
  await writeFile(path.join(run, 'other.txt'), 'x');
  await writeFile(path.join(dir, 'page.html'), 'outside');
  const url = '/v1/jobs/job-9/evidence';
  const href = `${url}/1-0a1b2c3d/page.html`;
  const described = { run: '1-0a1b2c3d', files: [{ name: 'page.html', bytes: 15, href }] };
  expect((await call('GET', url)).body).toEqual({ evidence: [described] });
  expect((await call('GET', `${url}/1-0a1b2c3d`)).body).toEqual(described);
  const page = await gateway.app.inject(href);
  expect(page.body).toBe('<h1>Log in</h1>');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringContaining('sandbox'),
    'cache-control': 'private, no-store',
  });
  const nothing = [
    '/1-0a1b2c3d/other.txt',
    '/..%2F..%2Fx/page.html',
    '/1-0a1b2c3d/..%2F..%2Fpage.html',
    '/../page.html',
  ];
  for (const path of nothing) expect((await gateway.app.inject(`${url}${path}`)).statusCode, path).toBe(404);
  expect((await call('GET', '/v1/jobs/%2E%2E/evidence')).status).toBe(404);
  expect((await call('GET', '/v1/jobs/unknown/evidence')).body).toEqual({ evidence: [] });
});
