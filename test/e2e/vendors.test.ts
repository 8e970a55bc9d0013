import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectCompleted, expectNothingLeft } from './expectations.ts';
import { eventsOf } from './job-details.ts';
import { submitBulk, submitSingle, untilOver } from './old-client.ts';
import { newOrders } from './records.ts';
import { type System, startSystem } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ noImageWorker: true });
});
afterAll(() => system[Symbol.asyncDispose]());

const all = (beforeMask: () => Promise<unknown>) => {
  for (const rembg of system.rembg) rembg.beforeMask = beforeMask;
};

test('a worker that is told to stop hands its jobs back, and another goes on with them at once', {
  timeout: 60_000,
}, async () => {
  const stopping = await system.startImageWorker();
  const held = Promise.withResolvers<void>();
  all(() => held.promise);
  const orders = await newOrders(system, 'patient', 8);
  const jobIds = await submitBulk(system.url, orders);
  const atWork = jobIds.slice(0, 3);
  await Promise.all(atWork.map((id) => untilOver(system.url, id, ({ progress }) => progress >= 25)));

  await system.startImageWorker();
  const exit = stopping.exited;
  await stopping.stop();
  expect(await exit).toEqual({ code: 0, signal: null });
  held.resolve();

  const jobs = await expectCompleted(system, orders, jobIds);
  expect(jobs.map((job) => eventsOf(job, 'completed')[0]?.attempt)).toEqual(jobs.map(() => 1));
  const begun = jobs.map((job) => eventsOf(job, 'started').length);
  expect(begun).toEqual(jobs.map((_, index) => (index < atWork.length ? 2 : 1)));
  for (const job of jobs.slice(0, atWork.length)) {
    const [back] = eventsOf(job, 'retry-scheduled');
    const [first, again] = eventsOf(job, 'started');
    expect(back).toMatchObject({ handedBack: true, error: { code: 'WORKER_STOPPED' } });
    expect(again?.worker).not.toBe(first?.worker);
    // Handed over, and not taken from a silent worker after its ack wait of 30 s.
    expect(Date.parse(again?.at ?? '') - Date.parse(back?.at ?? '')).toBeLessThan(10_000);
  }
  await expectNothingLeft(system);
});

test('a single photo of one vendor does not wait for the backlog of another', { timeout: 60_000 }, async () => {
  all(() => delay(300));
  const backlog = await newOrders(system, 'busy', 30);
  const single = await newOrders(system, 'small', 1);
  const backlogIds = await submitBulk(system.url, backlog);
  const singleIds = [await submitSingle(system.url, single[0] as (typeof single)[0])];

  const [job] = await expectCompleted(system, single, singleIds);
  const jobs = await expectCompleted(system, backlog, backlogIds);
  const isBehind = (seq: number) => seq > (job?.timeline.at(-1)?.seq ?? 0);
  const behind = jobs.filter((one) => isBehind(one.timeline.at(-1)?.seq ?? 0));
  expect(behind.length).toBeGreaterThanOrEqual(20);
  await expectNothingLeft(system);
});
