import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dgiModules, localTime } from '@lanekeeper/dgi';
import { type MysqlServer, startMysql } from '@lanekeeper/local-stack';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readRaw } from '../src/raw/keep-raw.ts';
import { sweep } from '../src/raw/sweep.ts';
import { rejectOwner } from '../src/store/fetch-schema.ts';
import { createTestFetch } from './a-fetch.ts';
import { invoice, toldClient } from './answers.ts';
import { addDealer, createTestDatabase, openTestDatabase, type TestDatabase } from './fetch-database.ts';

const today = localTime(new Date(), 'Asia/Jakarta').slice(0, 10);
const data = { dealerId: '08138', fetchType: 'inv1_read', fromTime: `${today} 00:00:00`, toTime: `${today} 23:59:59` };
const invoices = (count: number, prefix: string, changes: object = {}) =>
  Array.from({ length: count }, (_, at) => invoice(`${prefix}-${String(at).padStart(5, '0')}`, changes));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(inject('mysqlAdminUrl'));
  await addDealer(database, '08138', 'http://127.0.0.1:1');
});
afterAll(() => database[Symbol.asyncDispose]());

const fetchWith = (rows: () => readonly unknown[], changes: Parameters<typeof createTestFetch>[1] = {}) =>
  createTestFetch(database, { client: toldClient(rows), ...changes });

describe('rows', () => {
  test('that cannot be stored are noted and never stop the others', async () => {
    const deep = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as unknown;
    const bad = [
      invoice(null, { note: 'Budi' }),
      'not a row',
      invoice('other', { dealerId: '99999' }),
      invoice('deep', { strange: deep }),
      invoice('large', { strange: 'x'.repeat(2_000_000) }),
    ];
    const good = invoices(700, 'good');
    const rows = [...good.slice(0, 300), ...bad, ...good.slice(300)];
    const jobId = 'rejects';
    const result = await fetchWith(() => rows).run(data, { jobId });
    expect(result).toMatchObject({ inserted: 700, rejected: 5 });
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'good-%'")).toBe(700);
    const rejects = await database.db.selectFrom('fetch_rejects').selectAll().where('job_id', '=', jobId).execute();
    expect(rejects.map(({ reason }) => reason).sort()).toEqual([
      'DATABASE_REFUSED',
      'DEALER_NOT_ASKED',
      'KEY_MISSING',
      'NOT_AN_OBJECT',
      'ROW_TOO_LARGE',
    ]);
    const missing = rejects.find(({ reason }) => reason === 'KEY_MISSING');
    expect(JSON.stringify(missing?.masked)).not.toContain('Budi');
    const sealed = missing?.sealed as Buffer;
    expect(JSON.parse(database.box.openBytes(rejectOwner(jobId), sealed).toString())).toEqual(bad[0]);
  });

  test('have their lines replaced as a set', async () => {
    const order = (parts: object[]) => [
      { noSO: 'SO/1', dealerId: '08138', discSO: 0, parts, createdTime: '01/11/2026 08:00:00' },
    ];
    const part = { partsNumber: 'P1', kuantitas: 2 };
    const wanted = { ...data, fetchType: 'prsl_read' };
    const stored = () => database.count('dgi_prsl_parts', "row_noSO = 'SO/1'");
    expect(await fetchWith(() => order([part, part, part])).run(wanted)).toMatchObject({ inserted: 1 });
    expect(await stored()).toBe(3);
    expect(await fetchWith(() => order([part])).run(wanted)).toMatchObject({ updated: 1, inserted: 0 });
    expect(await stored()).toBe(1);
    expect(await fetchWith(() => order([part])).run(wanted)).toMatchObject({ unchanged: 1, updated: 0 });
    expect(await stored()).toBe(1);
  });

  test('that did not change are not written again', async () => {
    const rows = () => invoices(20, 'same');
    await fetchWith(rows).run(data, { jobId: 'same-1' });
    const changed = invoices(20, 'same').with(7, invoice('same-00007', { amount: 2_000.5 }));
    const result = await fetchWith(() => changed).run(data, { jobId: 'same-2' });
    expect(result).toMatchObject({ inserted: 0, updated: 1, unchanged: 19 });
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'same-%' AND job_id = 'same-1'")).toBe(19);
    expect(await database.count('dgi_inv1', "idInvoice = 'same-00007' AND amount = 2000.5")).toBe(1);
  });

  test('are only counted by a dry run', async () => {
    const rows = [...invoices(3, 'dry'), invoice(null)];
    const result = await fetchWith(() => rows).run({ ...data, validateOnly: true }, { jobId: 'dry' });
    expect(result).toMatchObject({ validateOnly: true, inserted: 3, rejected: 1 });
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'dry-%'")).toBe(0);
    for (const table of ['fetch_runs', 'fetch_windows', 'fetch_rejects', 'fetch_raw']) {
      expect([table, await database.count(table, "job_id = 'dry'")]).toEqual([table, 0]);
    }
    expect(await database.count('fetch_logs', "job_id = 'dry' AND validate_only = 1 AND inserted = 3")).toBe(1);
  });
});

describe('answers', () => {
  test('are kept sealed until they are too old', async () => {
    const client = toldClient(() => invoices(300, 'kept'));
    await createTestFetch(database, { client }).run(data, { jobId: 'kept' });
    const raw = await readRaw(database, 'kept', 0);
    expect(JSON.parse(raw?.toString() ?? '').data).toEqual(invoices(300, 'kept'));
    const { sealed } = await database.db
      .selectFrom('fetch_raw')
      .selectAll()
      .where('job_id', '=', 'kept')
      .executeTakeFirstOrThrow();
    expect(sealed.includes('idInvoice')).toBe(false);
    await sweep(database.db, 60_000);
    expect(await readRaw(database, 'kept', 0)).toBeDefined();
    await sweep(database.db, 60_000, Date.now() + 120_000);
    expect(await readRaw(database, 'kept', 0)).toBeUndefined();
    expect(await database.count('fetch_rejects', 'sealed IS NOT NULL')).toBe(0);
  });

  test('of a server whose clock differs are worth a warning', async () => {
    const fetch = createTestFetch(database, { client: toldClient(() => [], 4_000) });
    await fetch.run(data);
    expect(fetch.warnings).toEqual([{ dealerId: '08138', skewMs: 4_000 }]);
  });
});

describe('the order filter', () => {
  test.each([...dgiModules.values()])(
    'of $fetchType is sent under its own name, or refused',
    async ({ fetchType, noPoFilter }) => {
      const client = toldClient(() => []);
      const run = createTestFetch(database, { client }).run({ ...data, fetchType, noPo: 'PO/1' });
      if (noPoFilter === null) {
        await expect(run).rejects.toMatchObject({ code: 'DGI_FILTER', retryable: false });
        expect(client.asked).toEqual([]);
        return;
      }
      expect(await run).toMatchObject({ success: true });
      expect(client.asked.map(({ filters }) => filters)).toEqual([{ [noPoFilter]: 'PO/1' }]);
    },
  );
});

describe('a job', () => {
  test.each([
    [{ dealerId: '55555' }, { code: 'DEALER_UNKNOWN', message: 'There is no dealer 55555' }],
    [{ fetchType: 'nonsense' }, { code: 'DGI_FILTER', message: expect.stringContaining('prospect') }],
    [{ fromTime: `${today} 10:00:00`, toTime: `${today} 09:00:00` }, { code: 'DGI_RANGE' }],
    [{ fromTime: '2020-01-01 00:00:00' }, { code: 'DGI_RANGE', message: expect.stringContaining('30 days') }],
  ])('with %j fails readably, and that is noted', async (changes, expected) => {
    const jobId = `bad-${JSON.stringify(changes).replaceAll(/\W+/g, '-').slice(0, 40)}`;
    await expect(fetchWith(() => []).run({ ...data, ...changes }, { jobId })).rejects.toMatchObject(expected);
    const log = await database.db.selectFrom('fetch_logs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
    expect(log).toMatchObject({ status: 'failed', error_code: expected.code });
  });

  test('of an inactive dealer fails, naming it', async () => {
    await addDealer(database, '08139', 'http://127.0.0.1:1', { active: false });
    const run = fetchWith(() => []).run({ ...data, dealerId: '08139' });
    await expect(run).rejects.toMatchObject({ code: 'DEALER_UNKNOWN', message: expect.stringContaining('08139') });
  });

  test('stops when its signal aborts, and leaves nothing of the window', async () => {
    const stop = new AbortController();
    const onStep = (step: string) => void (step === 'locked' && stop.abort(new Error('stopping')));
    const run = fetchWith(() => invoices(5, 'aborted'), { onStep }).run(data, {
      jobId: 'aborted',
      context: { signal: stop.signal },
    });
    await expect(run).rejects.toThrow('stopping');
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'aborted-%'")).toBe(0);
    expect(await database.count('fetch_logs', "job_id = 'aborted'")).toBe(0);
  });
});

describe('two attempts at once', () => {
  test('the earlier one is refused once the later one has taken over', async () => {
    const resumed = Promise.withResolvers<void>();
    const paused = Promise.withResolvers<void>();
    const onStep = async (step: string) => {
      if (step !== 'answered') return;
      paused.resolve();
      await resumed.promise;
    };
    const stale = fetchWith(() => invoices(50, 'two', { amount: 1 }), { onStep }).run(data, { jobId: 'two' });
    await paused.promise;
    const result = await fetchWith(() => invoices(50, 'two', { amount: 2 })).run(data, { jobId: 'two', attempt: 2 });
    resumed.resolve();
    await expect(stale).rejects.toThrow('another attempt of job two writes now');
    expect(result).toMatchObject({ inserted: 50 });
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'two-%' AND amount = 2")).toBe(50);
  });

  test('the later one waits for a transaction of the earlier one, and counts what that committed', async () => {
    const paused = Promise.withResolvers<void>();
    const onStep = async (step: string) => {
      if (step !== 'written') return;
      paused.resolve();
      await sleep(300);
    };
    const first = fetchWith(() => invoices(50, 'late'), { onStep }).run(data, { jobId: 'late' });
    await paused.promise;
    const client = toldClient(() => invoices(50, 'late'));
    const second = createTestFetch(database, { client }).run(data, { jobId: 'late', attempt: 2 });
    expect(await first).toMatchObject({ inserted: 50 });
    expect(await second).toMatchObject({ inserted: 50, unchanged: 0 });
    expect(client.asked).toEqual([]);
  });

  test('one that lost its job between writing and committing undoes it all', async () => {
    const assertOwned = () => Promise.reject(new Error('not the owner any more'));
    const run = fetchWith(() => invoices(50, 'lost')).run(data, { jobId: 'lost', context: { assertOwned } });
    await expect(run).rejects.toThrow('not the owner any more');
    expect(await database.count('dgi_inv1', "idInvoice LIKE 'lost-%'")).toBe(0);
    expect(await database.count('fetch_windows', "job_id = 'lost'")).toBe(0);
  });

  test('two jobs that store the same new rows store them once', async () => {
    const rows = () => invoices(600, 'both');
    const results = await Promise.all([fetchWith(rows).run(data), fetchWith(rows).run(data)]);
    expect(results.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(600);
    expect(results.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(600);
  });
});

describe('locks', () => {
  test('of others are waited for longer than the database does', async () => {
    const rows = () => invoices(5, 'wait');
    await fetchWith(rows).run(data);
    const locked = Promise.withResolvers<void>();
    const blocker = database.db.transaction().execute(async (transaction) => {
      await sql`SELECT 1 FROM dgi_inv1 WHERE idInvoice = 'wait-00002' AND dealerId = '08138' FOR UPDATE`.execute(
        transaction,
      );
      locked.resolve();
      await sleep(1_800);
    });
    await locked.promise;
    const run = fetchWith(() => invoices(5, 'wait', { amount: 7 })).run(data);
    await blocker;
    expect(await run).toMatchObject({ updated: 5 });
  });

  test('that end in a deadlock make the window begin again', async () => {
    const rows = () => invoices(5, 'dead');
    await fetchWith(rows).run(data);
    await fetchWith(() => invoices(2_000, 'weight')).run(data);
    let met = 0;
    let other: Promise<unknown> = Promise.resolve();
    const onStep = async (step: string) => {
      if (step !== 'locked') return;
      met += 1;
      if (met > 1) return;
      const holding = Promise.withResolvers<void>();
      // Whoever has changed less is undone: the other one changes a lot.
      other = database.db.transaction().execute(async (transaction) => {
        await sql`UPDATE dgi_inv1 SET note = 'heavy' WHERE idInvoice LIKE 'weight-%'`.execute(transaction);
        await sql`SELECT 1 FROM dgi_inv1 WHERE idInvoice = 'dead-00002' AND dealerId = '08138' FOR UPDATE`.execute(
          transaction,
        );
        holding.resolve();
        await sql`UPDATE fetch_runs SET fetch_type = 'inv1_read' WHERE job_id = 'dead'`.execute(transaction);
      });
      await holding.promise;
    };
    const changed = () => invoices(5, 'dead', { amount: 9 });
    const result = await fetchWith(changed, { onStep }).run(data, { jobId: 'dead' });
    await other;
    expect(result).toMatchObject({ updated: 5 });
    expect(met).toBe(2);
  });
});

describe('a database server of its own', () => {
  let server: MysqlServer;
  let own: TestDatabase;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-fetch-'));
    server = await startMysql({ dir, fast: true });
    own = await openTestDatabase(server.url);
    await addDealer(own, '08138', 'http://127.0.0.1:1');
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('may be killed in the middle of a transaction: it is waited for, and the window is stored once', async () => {
    let killed = 0;
    const onStep = async (step: string) => {
      if (step !== 'written' || killed > 0) return;
      killed += 1;
      await server.kill();
      await server.restart();
    };
    const client = toldClient(() => invoices(1_200, 'killed'));
    const result = await createTestFetch(own, { client, onStep }).run(data);
    expect(result).toMatchObject({ inserted: 1_200, unchanged: 0 });
    expect(client.asked).toHaveLength(1);
    expect(await own.count('dgi_inv1')).toBe(1_200);
    expect(await own.count('fetch_windows')).toBe(1);
  });
});
