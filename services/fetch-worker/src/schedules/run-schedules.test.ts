import { randomBytes } from 'node:crypto';
import { Dealers, type DealersDatabase, dealersMigrations, Schedules } from '@lanekeeper/dealers';
import { type Lanes, openLanes, startWorker } from '@lanekeeper/lanes';
import { type FreshDatabase, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, connectNats, createLogger, migrate } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { runDueSchedules, type ScheduleParts } from './run-schedules.ts';

const log = createLogger('test', 'silent');
const MINUTE = 60_000;
const sealer = { seal: (_owner: string, secret: string) => secret, open: (_owner: string, stored: string) => stored };

let database: FreshDatabase;
let db: Kysely<DealersDatabase>;
let nc: NatsConnection;
let lanes: Lanes;
let parts: ScheduleParts;
let dealerId: string;

beforeAll(async () => {
  database = await freshDatabase(inject('mysqlAdminUrl'));
  db = connectDatabase<DealersDatabase>({ url: database.url, poolSize: 4 });
  await migrate(db as unknown as Kysely<never>, 'dealers', dealersMigrations, log);
  nc = await connectNats({ url: inject('natsUrl'), name: 'schedules test', log });
  lanes = await openLanes({ nc, prefix: `sch${randomBytes(4).toString('hex')}-` });
  parts = { schedules: new Schedules(db), dealers: new Dealers(db), lanes, width: 1 };
});
afterAll(async () => {
  await nc.close();
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  await db.deleteFrom('fetch_schedules').execute();
  dealerId = `d${randomBytes(4).toString('hex')}`;
  const server = { baseUrl: 'http://127.0.0.1:1', environment: 'sandbox' as const, tokenSeparator: '' };
  const rest = { timeZone: 'Asia/Jakarta', prslFilter: 'noPO' as const, quotaPerDay: null, minIntervalMs: 0 };
  const credential = { apiKey: 'key', secretKey: 'secret' };
  await parts.dealers.add(dealerId, { name: 'A dealer', active: true, ...server, ...rest, ...credential }, sealer);
});

/** A schedule of every ten minutes, and the time of its first tick. */
async function everyTenMinutes() {
  const settings = { fetchType: 'prospect', cron: '*/10 * * * *', timeZone: 'UTC', lookbackMinutes: 60, active: true };
  const schedule = await parts.schedules.add(dealerId, settings);
  const first = new Date(Math.floor(schedule.createdAt.getTime() / (10 * MINUTE) + 1) * 10 * MINUTE);
  return { id: schedule.id, at: (minutes: number) => new Date(first.getTime() + minutes * MINUTE) };
}

/** Wall-clock time in Jakarta. */
const local = (time: Date) => new Date(time.getTime() + 7 * 60 * MINUTE).toISOString().slice(0, 19).replace('T', ' ');
/** Dies before a tick is noted. */
class Forgetful extends Schedules {
  override async noteTick(): Promise<void> {
    throw new Error('killed');
  }
}

const rethrow = (error: unknown) => {
  throw error;
};
const run = (now: Date) => runDueSchedules(parts, now, rethrow);
const waiting = async () => (await lanes.showLane({ workload: 'fetch', lane: dealerId })).commands;

test('a tick that many replicas see at once makes one job, which asks for the time looked back at', async () => {
  const { id, at } = await everyTenMinutes();
  expect(await run(at(-1))).toEqual([]);
  await Promise.all(Array.from({ length: 5 }, () => run(at(0))));
  expect(await run(at(1))).toEqual([]);
  expect(await waiting()).toBe(1);
  const { lastJobId, lastOutcome } = (await parts.schedules.find(id)) ?? {};
  expect(lastOutcome).toBe('submitted');
  const [queued] = await lanes.history({ jobId: lastJobId ?? '' });
  expect(queued).toMatchObject({
    type: 'queued',
    job: { data: { dealerId, fetchType: 'prospect', fromTime: local(at(-60)), toTime: local(at(0)), scheduleId: id } },
  });
});

test('after a downtime one job catches up, back to what the first missed tick would have fetched', async () => {
  const { id, at } = await everyTenMinutes();
  expect(await run(at(45))).toHaveLength(1);
  expect(await waiting()).toBe(1);
  const [queued] = await lanes.history({ jobId: (await parts.schedules.find(id))?.lastJobId ?? '' });
  expect(queued).toMatchObject({ job: { data: { fromTime: local(at(-60)), toTime: local(at(40)) } } });
});

test('a schedule that cannot be run keeps no other from running', async () => {
  const { id, at } = await everyTenMinutes();
  const broken = { fetchType: 'prospect', cron: 'nonsense', timeZone: 'UTC', lookbackMinutes: 60, active: true };
  const { id: brokenId } = await parts.schedules.add(dealerId, broken);
  const faults: string[] = [];
  const ticks = await runDueSchedules(parts, at(0), (_error, schedule) => void faults.push(schedule.id));
  expect(ticks).toEqual([{ schedule: id, outcome: 'submitted' }]);
  expect(faults).toEqual([brokenId]);
});

test('a crash between storing the job and noting the tick makes no second job', async () => {
  const { at } = await everyTenMinutes();
  const forgetful = new Forgetful(db);
  await expect(runDueSchedules({ ...parts, schedules: forgetful }, at(0), rethrow)).rejects.toThrow('killed');
  expect(await run(at(1))).toEqual([{ schedule: expect.any(String), outcome: 'submitted' }]);
  expect(await waiting()).toBe(1);
});

test('a tick is skipped while the job of an earlier one is not over', async () => {
  const { id, at } = await everyTenMinutes();
  await run(at(0));
  expect(await run(at(10))).toEqual([{ schedule: id, outcome: 'skipped' }]);
  expect(await waiting()).toBe(1);
  const limits = { width: 1, fleetLimit: 1, timeoutMs: 10_000, attempts: 1, backoffMs: 0 };
  const workload = { name: 'fetch', limits, check: () => [] };
  const worker = await startWorker({ lanes, workload, log, handle: async () => null });
  await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 20_000, interval: 50 });
  await worker.stop(1_000);
  expect(await run(at(20))).toEqual([{ schedule: id, outcome: 'submitted' }]);
});

test('a schedule that is switched off, or whose dealer is, does nothing', async () => {
  const { id, at } = await everyTenMinutes();
  await parts.dealers.change(dealerId, { active: false }, sealer);
  expect(await run(at(0))).toEqual([]);
  await parts.dealers.change(dealerId, { active: true }, sealer);
  await parts.schedules.change(id, { active: false });
  expect(await run(at(0))).toEqual([]);
  expect(await waiting()).toBe(0);
});
