import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { names, type RemoveBgData } from '@lanekeeper/contracts';
import { type Lanes, openLanes } from '@lanekeeper/lanes';
import { type HttpHost, type LaunchedProcess, launchProcess, routes, startHost } from '@lanekeeper/local-stack';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type MaskServer, startMaskServer } from './mask-server.ts';
import { maskFor, readPhoto } from './photos.ts';
import { createRecordsDatabase, type RecordsDatabase } from './records-database.ts';

const prefix = `image-worker-${process.pid}-`;
const log = createLogger('test', 'silent');

let dir: string;
let database: RecordsDatabase;
let photos: HttpHost;
let rembg: MaskServer;
let nc: NatsConnection;
let lanes: Lanes;
let worker: LaunchedProcess;
let url: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-image-worker-'));
  database = await createRecordsDatabase(inject('mysqlAdminUrl'));
  const jpeg = await readPhoto('car-1.jpg');
  photos = await startHost(routes({ '/car.jpg': (response) => response.end(jpeg) }));
  rembg = await startMaskServer(maskFor);
  nc = await connectNats({ url: inject('natsUrl'), name: 'test', log });
  lanes = await openLanes({ nc, prefix });
  worker = await launchWorker((found) => {
    url = found;
  });
});
afterAll(async () => {
  await worker.kill('SIGTERM');
  await nc.close();
  await Promise.all([photos.close(), rembg.close()]);
  await database[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

function launchWorker(onUrl: (url: string) => void): Promise<LaunchedProcess> {
  return launchProcess({
    command: process.execPath,
    args: [path.resolve(import.meta.dirname, '../src/main.ts')],
    env: {
      NATS_URL: inject('natsUrl'),
      STREAM_PREFIX: prefix,
      DATABASE_URL: database.url,
      PORT: '0',
      DRAIN_TIMEOUT_MS: '500',
      REMBG_URLS: rembg.url,
      MEDIA_DIR: path.join(dir, 'media'),
      PHOTO_ALLOWED_HOSTS: photos.host,
    },
    logFile: path.join(dir, 'worker.log'),
    ready: /"msg":"started"/,
    onLine: (line) => {
      const found = /"url":"([^"]+)"/.exec(line);
      if (found?.[1]) onUrl(found[1]);
    },
  });
}

/** Submits a job; answers its id. */
async function submit(data: RemoveBgData): Promise<string> {
  const { jobs } = await lanes.submit([{ workload: 'remove-bg', width: 3, lane: 'acme', tenant: 'acme', data }]);
  return jobs[0]?.jobId as string;
}

/** The events of a job in order, until one of the given types. */
async function eventsUntil(jobId: string, end: string): Promise<{ type: string; [key: string]: unknown }[]> {
  const { eventsStream, event } = names(prefix);
  const consumer = await jetstream(nc).consumers.get(eventsStream, {
    filter_subjects: event('remove-bg', 'acme', jobId),
  });
  const events: { type: string }[] = [];
  for await (const message of await consumer.consume()) {
    events.push(message.json());
    if (events.at(-1)?.type === end) break;
  }
  return events;
}

describe('the image worker', () => {
  test('is ready once a rembg server is', async () => {
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 20_000 });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const [report] = await lanes.pingWorkers('remove-bg');
    expect(report).toMatchObject({ slots: 3, info: { rembgHealthy: 1 } });
  });

  test('does a job from its command to its completed event', async () => {
    const photoUrl = `${photos.url}/car.jpg`;
    await database.insert({ id: 'car', photo_url: photoUrl });
    const jobId = await submit({ recordId: 'car', vendorId: 'acme', photoUrl });
    const events = await eventsUntil(jobId, 'completed');
    const result = events.at(-1)?.result as { photoUrl: string };
    expect(result).toMatchObject({ success: true, recordId: 'car', width: 480, height: 360 });
    expect(await database.photoOf('car')).toBe(result.photoUrl);
    const file = await readFile(path.join(dir, 'media', result.photoUrl.split('/media/')[1] ?? ''));
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 480, hasAlpha: true });
  });

  test('fails a job with a stable code', async () => {
    const photoUrl = `${photos.url}/nothing.jpg`;
    await database.insert({ id: 'nothing', photo_url: photoUrl });
    const jobId = await submit({ recordId: 'nothing', vendorId: 'acme', photoUrl });
    const events = await eventsUntil(jobId, 'failed');
    expect(events.at(-1)?.error).toMatchObject({ code: 'PHOTO_NOT_FOUND', retryable: false });
  });

  test('says what is missing while no rembg server can be used, and hands its work back when it stops', async () => {
    const photoUrl = `${photos.url}/car.jpg`;
    await rembg.close();
    await database.insert({ id: 'late', photo_url: photoUrl });
    await submit({ recordId: 'late', vendorId: 'acme', photoUrl, options: { model: 'u2net' } });
    await vi.waitFor(
      async () => {
        const answer = await fetch(`${url}/readyz`);
        expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('rembg')]);
      },
      { timeout: 20_000 },
    );
    const exit = await worker.kill('SIGTERM');
    expect(exit.code).toBe(0);
  });
});
