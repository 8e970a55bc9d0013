import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { advance } from './advance.ts';
import { expectCompleted, expectNothingLeft } from './expectations.ts';
import { submitBulk, submitSingle } from './old-client.ts';
import { Permits } from './permits.ts';
import { insertRecords, newOrders, ordersOutsideDatabase, photosIn } from './records.ts';
import { type System, startSystem } from './system.ts';

let system: System;
const removals = new Permits();
beforeAll(async () => {
  system = await startSystem();
  for (const rembg of system.rembg) rembg.beforeMask = () => removals.take();
});
afterAll(() => system[Symbol.asyncDispose]());

const DATABASE_OUTAGE_MS = 20_000;

test('while the database is away work is accepted and none is lost', { timeout: 90_000 }, async () => {
  const orders = await newOrders(system, 'east', 12);
  const jobIds = await submitBulk(system.url, orders);
  const late = ordersOutsideDatabase('west', [`${system.photos.url}/photo/500.jpg`]);
  await insertRecords(system, late);
  await advance(system, removals, jobIds, 3);

  await system.mysql.kill('SIGKILL');
  removals.give(Number.POSITIVE_INFINITY);
  const outage = delay(DATABASE_OUTAGE_MS);
  const lateId = await submitSingle(system.url, late[0] as (typeof late)[0]);
  const readStatus = async () => (await fetch(`${system.url}/api/image-queue/job/${lateId}`)).status;
  expect(await readStatus()).toBe(503);
  await outage;
  await system.mysql.restart();
  await vi.waitFor(async () => expect(await readStatus()).toBe(200), { timeout: 20_000 });

  await expectCompleted(system, [...orders, ...late], [...jobIds, lateId]);
  await expectNothingLeft(system);
  expect(await photosIn(system, late)).not.toEqual(late.map(({ photoUrl }) => photoUrl));
});
