import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RemoveBgData, RemoveBgResult } from '@lanekeeper/contracts';
import type { Handler } from '@lanekeeper/lanes';
import { type HttpHost, type MysqlServer, routes, startHost, startMysql } from '@lanekeeper/local-stack';
import { createPhotoFetcher, type PhotoFetcher } from '@lanekeeper/photos';
import { createLogger } from '@lanekeeper/service-kit';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MaskServer, startMaskServer } from '../test/mask-server.ts';
import { maskFor, readPhoto } from '../test/photos.ts';
import { openRecordsDatabase, type RecordsDatabase } from '../test/records-database.ts';
import { makeWarmUpPhoto } from './image-library.ts';
import { createRecords } from './records/records.ts';
import { RembgPool } from './rembg/rembg-pool.ts';
import { createRemoveBg } from './remove-bg.ts';
import { createLocalStore } from './store/local-store.ts';

const PUBLIC_URL = 'http://127.0.0.1:3000';

let dir: string;
let mysql: MysqlServer;
let database: RecordsDatabase;
let photos: HttpHost;
let rembg: MaskServer;
let pool: RembgPool;
let fetcher: PhotoFetcher;
let handle: Handler<RemoveBgData, RemoveBgResult>;
/** Called when a removal begins, before it is answered. */
let atRemoval: () => Promise<unknown> | undefined = () => undefined;
let nextPhoto = 0;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-remove-bg-'));
  mysql = await startMysql({ dir: path.join(dir, 'mysql'), fast: true });
  database = await openRecordsDatabase(mysql.url);
  const [jpeg, png] = await Promise.all([readPhoto('animal-1.jpg'), readPhoto('plants-1.jpg')]);
  photos = await startHost(
    routes({
      '/animal.jpg': (response) => response.end(jpeg),
      '/plants.jpg': (response) => response.end(png),
      '/page.jpg': (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end('<html>Sorry</html>'),
      // A comment at the end makes each request's photo another one, with the same pixels.
      '/new.jpg': (response) => response.end(Buffer.concat([jpeg, Buffer.from(`\0${nextPhoto++}`)])),
    }),
  );
  rembg = await startMaskServer(async (photo) => {
    await atRemoval();
    return await maskFor(photo);
  });
  pool = new RembgPool({
    urls: [rembg.url],
    model: 'isnet-general-use',
    warmUpImage: await makeWarmUpPhoto(),
    log: createLogger('test', 'silent'),
  });
  fetcher = createPhotoFetcher({ allowedHosts: new Set([photos.host]) });
  handle = createRemoveBg({
    fetcher,
    rembg: pool,
    store: createLocalStore({ directory: path.join(dir, 'media'), publicUrl: PUBLIC_URL }),
    records: createRecords(database.db),
    model: 'isnet-general-use',
  });
});
afterAll(async () => {
  await Promise.all([fetcher.close(), pool.close(), photos.close(), rembg.close()]);
  await database[Symbol.asyncDispose]();
  await mysql.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  atRemoval = () => undefined;
});

/** Runs the handler as the engine would. */
async function run(data: Partial<RemoveBgData> & { recordId: string }, signal = new AbortController().signal) {
  const progress: number[] = [];
  const job = {
    jobId: `job-${data.recordId}`,
    workload: 'remove-bg',
    lane: 'acme',
    tenant: 'acme',
    submittedAt: '2026-01-01T00:00:00.000Z',
    data: { vendorId: 'acme', photoUrl: `${photos.url}/animal.jpg`, ...data },
  };
  const result = await handle(job, {
    signal,
    attempt: 1,
    intents: [],
    progress: (percent) => void progress.push(percent),
    intend: async () => undefined,
    assertOwned: async () => signal.throwIfAborted(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  return { result, progress };
}

const insert = (id: string, photo = '/animal.jpg') => database.insert({ id, photo_url: photos.url + photo });
const mediaFile = (url: string) => path.join(dir, 'media', url.slice(`${PUBLIC_URL}/media/`.length));
const failure = (code: string) => expect.objectContaining({ name: 'JobFailure', code });

describe('removing a background', () => {
  test('stores the cut-out, puts its URL into the record, and says how far it is', async () => {
    await insert('first', '/new.jpg');
    const { result, progress } = await run({ recordId: 'first', photoUrl: `${photos.url}/new.jpg` });
    expect(result).toMatchObject({ success: true, recordId: 'first', width: 1000, height: 667, format: 'png' });
    expect(progress).toEqual([10, 25, 75, 90]);
    expect(await database.photoOf('first')).toBe(result.photoUrl);
    const file = await sharp(mediaFile(result.photoUrl)).metadata();
    expect(file).toMatchObject({ format: 'png', width: 1000, height: 667, channels: 4 });
    expect(rembg.removals.at(-1)?.model).toBe('isnet-general-use');
  });

  test('costs one removal for the same photo twice, one after the other or at once', async () => {
    await Promise.all(['same-1', 'same-2', 'same-3'].map((id) => insert(id)));
    const before = rembg.removals.length;
    const [one, two] = await Promise.all([run({ recordId: 'same-1' }), run({ recordId: 'same-2' })]);
    const three = await run({ recordId: 'same-3' });
    expect(rembg.removals.length - before).toBe(1);
    expect(two.result.photoUrl).toBe(one.result.photoUrl);
    expect(three.result).toEqual({ ...one.result, recordId: 'same-3' });
    expect(await database.photoOf('same-3')).toBe(one.result.photoUrl);
  });

  test('makes another image for other options or another model', async () => {
    const options = [{ format: 'webp' }, { model: 'u2net' }, { maskOnly: true }] as const;
    const urls = new Set<string>();
    for (const [at, option] of options.entries()) {
      await insert(`option-${at}`);
      urls.add((await run({ recordId: `option-${at}`, options: option })).result.photoUrl);
    }
    expect(urls.size).toBe(3);
  });

  test('counts a record that holds the result already as written: the job was redelivered', async () => {
    await insert('again');
    const { result } = await run({ recordId: 'again' });
    const before = rembg.removals.length;
    expect((await run({ recordId: 'again' })).result).toEqual(result);
    expect(rembg.removals.length).toBe(before);
  });

  test('handles a PNG with alpha that calls itself JPEG', async () => {
    await insert('plants', '/plants.jpg');
    const { result } = await run({ recordId: 'plants', photoUrl: `${photos.url}/plants.jpg` });
    expect(result).toMatchObject({ width: 987, height: 1481 });
  });

  test('fails for a record that is not there, and fetches nothing', async () => {
    const before = photos.seen.length;
    await expect(run({ recordId: 'nowhere' })).rejects.toEqual(failure('RECORD_NOT_FOUND'));
    await insert('others');
    await expect(run({ recordId: 'others', vendorId: 'someone' })).rejects.toEqual(failure('RECORD_NOT_FOUND'));
    expect(photos.seen.length).toBe(before);
  });

  test('fails for a record that has another photo, and fetches nothing', async () => {
    await insert('changed', '/other.jpg');
    const before = photos.seen.length;
    await expect(run({ recordId: 'changed' })).rejects.toEqual(failure('RECORD_CHANGED'));
    expect(photos.seen.length).toBe(before);
  });

  test('leaves a record alone whose photo is replaced while the job runs', async () => {
    await insert('replaced', '/new.jpg');
    atRemoval = () =>
      database.db.updateTable('data_records').set({ photo_url: 'https://new' }).where('id', '=', 'replaced').execute();
    const job = run({ recordId: 'replaced', photoUrl: `${photos.url}/new.jpg` });
    await expect(job).rejects.toEqual(failure('RECORD_CHANGED'));
    expect(await database.photoOf('replaced')).toBe('https://new');
  });

  test('fails on what is no image, whatever its name and type say, without asking rembg', async () => {
    await insert('page', '/page.jpg');
    const before = rembg.removals.length;
    const job = run({ recordId: 'page', photoUrl: `${photos.url}/page.jpg` });
    await expect(job).rejects.toEqual(failure('NOT_AN_IMAGE'));
    expect(rembg.removals.length).toBe(before);
  });

  test('finishes when the database dies after the removal and comes back', async () => {
    await insert('outage', '/new.jpg');
    atRemoval = () => mysql.kill();
    const job = run({ recordId: 'outage', photoUrl: `${photos.url}/new.jpg` });
    await mysql.exited;
    await mysql.restart();
    const { result } = await job;
    expect(await database.photoOf('outage')).toBe(result.photoUrl);
  });

  test('stops with the reason of its signal and writes nothing', async () => {
    await insert('stopped', '/new.jpg');
    const stop = new AbortController();
    atRemoval = async () => stop.abort(new Error('fenced out'));
    const job = run({ recordId: 'stopped', photoUrl: `${photos.url}/new.jpg` }, stop.signal);
    await expect(job).rejects.toThrow('fenced out');
    expect(await database.photoOf('stopped')).toBe(`${photos.url}/new.jpg`);
  });

  test('does the work of a job itself when the equal one that it waited for was stopped', async () => {
    await Promise.all([insert('leader', '/plants.jpg'), insert('follower', '/plants.jpg')]);
    const photoUrl = `${photos.url}/plants.jpg`;
    const options = { format: 'webp', maxSize: 200 } as const;
    const stop = new AbortController();
    let removals = 0;
    const began = Promise.withResolvers<void>();
    atRemoval = async () => {
      if (++removals > 1) return;
      began.resolve();
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    };
    const leader = run({ recordId: 'leader', photoUrl, options }, stop.signal);
    await began.promise;
    const follower = run({ recordId: 'follower', photoUrl, options });
    stop.abort(new Error('cancelled'));
    await expect(leader).rejects.toThrow('cancelled');
    expect((await follower).result.recordId).toBe('follower');
  });
});
