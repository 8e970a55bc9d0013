import sharp from 'sharp';
import { expect, vi } from 'vitest';
import { eventsOf, readJobs } from './job-details.ts';
import { type QueueJob, untilOver } from './old-client.ts';
import { type Order, photosIn } from './records.ts';
import type { System } from './system.ts';

/** Streams that a system which has done all its work leaves empty. */
const WORK_STREAMS = ['COMMANDS', 'TURNS'];

/**
 * Waits until the jobs of orders are over and checks that each completed exactly once: the job, its timeline, the file
 * under /media, and the record.
 */
export async function expectCompleted(system: System, orders: readonly Order[], jobIds: readonly string[]) {
  const jobs = await Promise.all(jobIds.map((id) => untilOver(system.url, id)));
  expect(jobs.map(({ state, failedReason }) => failedReason ?? state)).toEqual(jobs.map(() => 'completed'));
  const details = await readJobs(system, jobIds);
  expect(details.map((job) => eventsOf(job, 'completed').length)).toEqual(jobs.map(() => 1));
  expect(await photosIn(system, orders)).toEqual(jobs.map(({ result }) => result?.photoUrl));
  await Promise.all(jobs.map(expectCutOut));
  return details;
}

/** Checks that a job's file is the image that its result tells of, with a part cut out. */
async function expectCutOut({ result }: QueueJob): Promise<void> {
  const answer = await fetch(result?.photoUrl ?? '');
  expect(answer.status).toBe(200);
  const file = Buffer.from(await answer.arrayBuffer());
  const { width, height, format } = await sharp(file).metadata();
  expect({ width, height, format, bytes: file.length }).toEqual({
    width: result?.width,
    height: result?.height,
    format: result?.format,
    bytes: result?.bytes,
  });
  const { channels, isOpaque } = await sharp(file).stats();
  expect(isOpaque).toBe(false);
  expect(channels[3]).toMatchObject({ min: 0, max: 255 });
}

/** Waits until no work is left in any stream, at most so many milliseconds. */
export async function expectNothingLeft({ nats }: System, timeout = 20_000): Promise<void> {
  const left = async () => {
    const answer = await fetch(`${nats.monitorUrl}/jsz?streams=true`);
    const { account_details: accounts } = (await answer.json()) as {
      account_details: { stream_detail: { name: string; state: { messages: number } }[] }[];
    };
    const streams = accounts.flatMap(({ stream_detail }) => stream_detail);
    return Object.fromEntries(
      WORK_STREAMS.map((name) => [name, streams.find((stream) => stream.name === name)?.state.messages]),
    );
  };
  await vi.waitFor(async () => expect(await left()).toEqual({ COMMANDS: 0, TURNS: 0 }), {
    timeout,
    interval: 100,
  });
}
