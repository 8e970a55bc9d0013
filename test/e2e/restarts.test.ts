import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { advance } from './advance.ts';
import { expectCompleted, expectNothingLeft } from './expectations.ts';
import { followEvents } from './follow-events.ts';
import { eventsOf } from './job-details.ts';
import { submitBulk } from './old-client.ts';
import { Permits } from './permits.ts';
import { newOrders } from './records.ts';
import { type System, startSystem } from './system.ts';

let system: System;
const removals = new Permits();
beforeAll(async () => {
  system = await startSystem();
  for (const rembg of system.rembg) rembg.beforeMask = () => removals.take();
});
afterAll(() => system[Symbol.asyncDispose]());

const bySeq = (a: { seq: number }, b: { seq: number }) => a.seq - b.seq;
const brief = ({ seq, jobId, type }: { seq: number; jobId: string; type: string }) => ({ seq, jobId, type });

test('every job is done exactly once though each process is killed meanwhile', { timeout: 120_000 }, async () => {
  using followed = await followEvents(system.url);
  const vendors = await Promise.all(['north', 'south'].map((vendor) => newOrders(system, vendor, 10)));
  const jobIds = (await Promise.all(vendors.map((orders) => submitBulk(system.url, orders)))).flat();

  await advance(system, removals, jobIds, 3);
  await system.status.kill('SIGKILL');
  await advance(system, removals, jobIds, 6);
  await system.gateway.kill('SIGKILL');
  await advance(system, removals, jobIds, 9);
  await system.nats.kill('SIGKILL');
  await system.nats.restart();
  await advance(system, removals, jobIds, 12);
  await system.imageWorker?.kill('SIGKILL');
  removals.give(Number.POSITIVE_INFINITY);

  const jobs = await expectCompleted(system, vendors.flat(), jobIds);
  const timeline = jobs.flatMap((job) => job.timeline).toSorted(bySeq);
  await vi.waitFor(() => expect(followed.events.at(-1)?.seq).toBe(timeline.at(-1)?.seq), { timeout: 20_000 });
  expect(followed.events.map(brief)).toEqual(timeline.map(brief));
  expect(jobs.filter((job) => eventsOf(job, 'started').length === 2)).toHaveLength(3);
  // A turn that the dead worker held goes away when its ack wait of 30 s is over.
  await expectNothingLeft(system, 45_000);
});
