import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectCompleted, expectNothingLeft } from './expectations.ts';
import { eventsOf, type JobDetails } from './job-details.ts';
import { submitBulk, untilOver } from './old-client.ts';
import { newOrders, photosIn } from './records.ts';
import type { RembgStandIn } from './rembg-stand-in.ts';
import { type System, startSystem } from './system.ts';

let system: System;
let sick: RembgStandIn;
beforeAll(async () => {
  system = await startSystem({ env: { REMBG_TIMEOUT_MS: '1500' } });
  sick = system.rembg[1] as RembgStandIn;
  for (const rembg of system.rembg) rembg.beforeMask = () => delay(100);
});
afterEach(() => expectNothingLeft(system));
afterAll(() => system[Symbol.asyncDispose]());

/** Has photos cut out; answers how many attempts each job took. */
async function attemptsOf(vendor: string, count: number): Promise<number[]> {
  const orders = await newOrders(system, vendor, count);
  return startsOf(await expectCompleted(system, orders, await submitBulk(system.url, orders)));
}

const startsOf = (jobs: readonly JobDetails[]) => jobs.map((job) => eventsOf(job, 'started').length);
const once = (count: number) => new Array<number>(count).fill(1);

/** Has photos cut out until a server gets one, or is warmed up for one: the image worker has found it well. */
async function recovered(server: RembgStandIn): Promise<void> {
  const before = server.requests;
  while (server.requests === before) await attemptsOf('patient', 3);
}

test('one server that answers 500 costs no attempt', { timeout: 40_000 }, async () => {
  const before = sick.requests;
  sick.mode = '500';
  expect(await attemptsOf('five hundred', 9)).toEqual(once(9));
  expect(sick.requests).toBeGreaterThan(before);
  sick.mode = 'ok';
  await recovered(sick);
});

test('one server that hangs costs no attempt', { timeout: 40_000 }, async () => {
  const before = sick.requests;
  sick.mode = 'hang';
  expect(await attemptsOf('hanging', 9)).toEqual(once(9));
  expect(sick.requests).toBeGreaterThan(before);
  sick.mode = 'ok';
  await recovered(sick);
});

test('one server that is down costs no attempt', { timeout: 40_000 }, async () => {
  await sick.down();
  expect(await attemptsOf('one down', 9)).toEqual(once(9));
  await sick.up();
  await recovered(sick);
});

test('while all servers are down jobs are tried again, and done when one is back', { timeout: 60_000 }, async () => {
  await Promise.all(system.rembg.map((server) => server.down()));
  const orders = await newOrders(system, 'all down', 6);
  const jobIds = await submitBulk(system.url, orders);
  await untilOver(system.url, jobIds[0] as string, ({ state }) => state === 'delayed');
  const health = await fetch(`${system.url}/api/worker/health`);
  expect([health.status, await health.json()]).toMatchObject([503, { status: 'unhealthy' }]);
  expect(await photosIn(system, orders)).toEqual(orders.map(({ photoUrl }) => photoUrl));

  await Promise.all(system.rembg.map((server) => server.up()));
  const [first] = await expectCompleted(system, orders, jobIds);
  expect(first && eventsOf(first, 'retry-scheduled')[0]?.error.code).toBe('REMBG_UNAVAILABLE');
});
