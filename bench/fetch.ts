/**
 * How fast dealer data gets into MySQL: 50,000 prospects with their units in one window, from the submit of the job to its
 * completed event, beside a plain multi-row INSERT of the same rows into tables of the same form. The dealer's server is
 * replaced by one that answers a prepared body at once. Worker, NATS and database are processes of their own. Linux only (peak
 * memory). Run alone: `node bench/fetch.ts`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localTime, moduleOf, readRows } from '@lanekeeper/dgi';
import { startHost, startMysql, startNats } from '@lanekeeper/local-stack';
import { chunk, readChunkLimits } from '@lanekeeper/service-kit';
import { CompiledQuery, sql } from 'kysely';
import { sizeOfLine } from '../services/fetch-worker/src/store/write-chunk.ts';
import { type StoredValue, tablesOf } from '../services/fetch-worker/src/tables/table-plan.ts';
import { TestFleet } from '../services/fetch-worker/test/test-fleet.ts';
import { quantile, type Row } from './row.ts';

const DEALER = '07501';
const ROWS = 50_000;
const ROUNDS = 3;
const DAY_MS = 86_400_000;
const module = moduleOf('prospect');
const tables = tablesOf(module);
const units = tables.lines[0]?.table ?? '';

/** Measures; takes about two minutes. */
export async function run(): Promise<Row[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-bench-fetch-'));
  const [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql') }),
  ]);
  try {
    const servers = { natsUrl: nats.url, mysqlAdminUrl: mysql.adminUrl };
    await using fleet = await TestFleet.start({ ...servers, prefix: 'bench-', ackWaitMs: 30_000 }, [DEALER]);
    return await measure(fleet);
  } finally {
    await Promise.all([nats.stop(), mysql.stop()]);
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure(fleet: TestFleet): Promise<Row[]> {
  const body = await prepareAnswer(fleet);
  await using host = await startHost((_request, response) => response.end(body));
  const { dealers, box } = fleet.database;
  await dealers.change(DEALER, { baseUrl: `${host.url}/dgi-api/v1.3` }, box);
  await fleet.launch();
  const [fetched, again, plain] = [[], [], []] as [number[], number[], number[]];
  for (let round = 0; round < ROUNDS; round++) {
    await empty(fleet);
    fetched.push(await timeOf(() => fetchAll(fleet, 'inserted')));
    again.push(await timeOf(() => fetchAll(fleet, 'unchanged')));
    plain.push(await insertPlainly(fleet, body));
  }
  const rate = (times: number[]) => ROWS / (quantile(times, 0.5) / 1_000);
  const share = (times: number[]) => (100 * rate(times)) / rate(plain);
  const status = await readFile(`/proc/${fleet.workers.at(-1)?.pid}/status`, 'utf8');
  const peakMb = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
  return [
    { what: 'prospects with units stored, end to end', value: rate(fetched), unit: '/s', target: rate(plain) / 2 },
    { what: 'the same rows by a plain multi-row INSERT', value: rate(plain), unit: '/s' },
    { what: 'share of the plain INSERT', value: share(fetched), unit: '%' },
    { what: 'fetched again, all unchanged', value: rate(again), unit: '/s' },
    { what: 'time of that against the first fetch', value: (100 * rate(fetched)) / rate(again), unit: '%' },
    { what: 'peak memory of the worker', value: peakMb, unit: 'MB', target: 512 },
    { what: 'size of the answer', value: body.length / 1e6, unit: 'MB' },
  ].map((row) => ({
    ...row,
    value: Math.round(row.value * 10) / 10,
    ...(row.target === undefined ? {} : { target: Math.round(row.target) }),
  }));
}

/** The dealer API's own answer. */
async function prepareAnswer(fleet: TestFleet): Promise<Buffer> {
  await fleet.api.judge('POST', 'bulk', { dealerId: DEALER, module: 'prospect', count: ROWS });
  const { box, dealers } = fleet.database;
  const access = await dealers.access(DEALER, box);
  if (access === undefined) throw new Error('the dealer is gone');
  const now = (days: number) => localTime(new Date(Date.now() + days * DAY_MS), 'Asia/Jakarta');
  const request = { ...access, module, dealerId: DEALER, from: now(-1), to: now(1) };
  return (await fleet.api.client.fetchWindow(request, AbortSignal.timeout(120_000))).rawBody;
}

async function fetchAll(fleet: TestFleet, expected: 'inserted' | 'unchanged'): Promise<void> {
  const ended = await fleet.ended(DEALER, await fleet.submit({ dealerId: DEALER, fetchType: 'prospect' }));
  const count = ended.result?.[expected] ?? 0;
  if (count < ROWS) throw new Error(`${count} rows ${expected}: ${JSON.stringify(ended.error ?? ended.result)}`);
}

async function empty({ database: { db } }: TestFleet): Promise<void> {
  for (const table of [tables.table, units]) await sql.raw(`TRUNCATE TABLE ${table}`).execute(db);
}

/** Stores the rows of the answer, parsed and cut into chunks beforehand, in one transaction; answers the time, ms. */
async function insertPlainly({ database: { db } }: TestFleet, body: Buffer): Promise<number> {
  const data = (JSON.parse(body.toString()) as { data: unknown[] }).data;
  const raw = { length: data.length, at: (index: number) => data[index] };
  const rows = [...readRows(module, raw, { askedDealerId: DEALER, timeZone: 'Asia/Jakarta' })].flatMap((outcome) =>
    outcome.ok ? [outcome.row] : [],
  );
  const mark = { hash: Buffer.alloc(32), jobId: 'plain', now: '2026-01-01 00:00:00.000' };
  const headers = rows.map((row) => tables.valuesOf(row, mark));
  const [lines] = tables.lines;
  const items = rows.flatMap((row) =>
    (row.nested[lines?.name ?? ''] ?? []).map((item, at) => lines?.valuesOf(row, item, at) ?? []),
  );
  const limits = await readChunkLimits(db);
  const statements = [
    ...chunk(headers, limits, sizeOfLine).map((values) => ['plain_rows', values] as const),
    ...chunk(items, limits, sizeOfLine).map((values) => ['plain_lines', values] as const),
  ];
  await sql.raw('DROP TABLE IF EXISTS plain_rows, plain_lines').execute(db);
  await sql.raw(`CREATE TABLE plain_rows LIKE ${tables.table}`).execute(db);
  await sql.raw(`CREATE TABLE plain_lines LIKE ${units}`).execute(db);
  return await timeOf(() =>
    db.transaction().execute(async (transaction) => {
      for (const [table, values] of statements) await insert(table, values);
      function insert(table: string, values: StoredValue[][]) {
        return transaction.executeQuery(CompiledQuery.raw(`INSERT INTO ${table} VALUES ?`, [values]));
      }
    }),
  );
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

if (import.meta.main) console.table(await run());
