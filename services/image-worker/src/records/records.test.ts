import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type MysqlServer, startMysql } from '@lanekeeper/local-stack';
import { connectDatabase, readChunkLimits } from '@lanekeeper/service-kit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createRecordsDatabase, openRecordsDatabase, type RecordsDatabase } from '../../test/records-database.ts';
import { createRecords } from './records.ts';
import { type PhotoChange, sizeOfChange, writePhotos } from './write-photos.ts';

const never = new AbortController().signal;
const source = 'https://photos.example/a.jpg';
const output = 'https://media.example/a.png';
const change = (recordId: string) => ({ recordId, vendorId: 'acme', source, photoUrl: output });

let database: RecordsDatabase;
beforeAll(async () => {
  database = await createRecordsDatabase(inject('mysqlAdminUrl'));
});
afterAll(() => database[Symbol.asyncDispose]());

describe('reading a record', () => {
  test('finds it for its vendor only', async () => {
    await database.insert({ id: 'read-1', photo_url: source }, { id: 'read-2', photo_url: null });
    const records = createRecords(database.db);
    expect(await records.readPhoto('read-1', 'acme', never)).toEqual({ url: source });
    expect(await records.readPhoto('read-2', 'acme', never)).toEqual({ url: null });
    expect(await records.readPhoto('read-1', 'other', never)).toBeUndefined();
    expect(await records.readPhoto('read-1', 'ACME', never)).toBeUndefined();
    expect(await records.readPhoto('READ-1', 'acme', never)).toBeUndefined();
  });

  test('takes a record without a vendor as the default vendor’s', async () => {
    await database.insert({ id: 'nobody', vendor_id: null, photo_url: source });
    const records = createRecords(database.db);
    expect(await records.readPhoto('nobody', 'default', never)).toEqual({ url: source });
    expect(await records.replacePhoto({ ...change('nobody'), vendorId: 'default' }, never)).toBe('written');
  });
});

describe('replacing a photo', () => {
  test('writes it while the record still has the photo that was worked on', async () => {
    await database.insert({ id: 'write-1', photo_url: source });
    const records = createRecords(database.db);
    expect(await records.replacePhoto(change('write-1'), never)).toBe('written');
    expect(await database.photoOf('write-1')).toBe(output);
    expect(await records.replacePhoto(change('write-1'), never)).toBe('written');
  });

  test('leaves a photo alone that was replaced meanwhile, also by one that differs only in case', async () => {
    const newer = source.replace('a.jpg', 'A.jpg');
    await database.insert({ id: 'write-2', photo_url: newer });
    expect(await createRecords(database.db).replacePhoto(change('write-2'), never)).toBe('changed');
    expect(await database.photoOf('write-2')).toBe(newer);
  });

  test('says when the vendor has no such record, and makes none', async () => {
    await database.insert({ id: 'write-3', vendor_id: 'other', photo_url: source });
    const records = createRecords(database.db);
    expect(await records.replacePhoto(change('write-3'), never)).toBe('missing');
    expect(await records.replacePhoto(change('nowhere'), never)).toBe('missing');
    expect(await database.photoOf('write-3')).toBe(source);
    expect(await database.photoOf('nowhere')).toBeUndefined();
  });

  test('carries quotes, backslashes and other scripts through', async () => {
    const odd = 'https://photos.example/"quoted"\\and\'s/фото-写真-📷.jpg';
    await database.insert({ id: 'odd', photo_url: odd });
    const records = createRecords(database.db);
    const photoUrl = `${odd}?done`;
    expect(await records.replacePhoto({ recordId: 'odd', vendorId: 'acme', source: odd, photoUrl }, never)).toBe(
      'written',
    );
    expect(await database.photoOf('odd')).toBe(photoUrl);
  });

  test('knows how much the server takes and how much a row is', async () => {
    const limits = await readChunkLimits(database.db);
    expect(limits).toEqual({ rows: 500, bytes: 1_000_000 });
    const statement = sql`SELECT ${JSON.stringify([change('x')])}`.compile(database.db).parameters[0] as string;
    expect(sizeOfChange(change('x'))).toBeGreaterThan(Buffer.byteLength(statement) - 10);
  });
});

describe('a database server of its own', () => {
  let server: MysqlServer;
  let own: RecordsDatabase;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-records-'));
    server = await startMysql({ dir, fast: true });
    own = await openRecordsDatabase(server.url);
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('writes 2,000 at once in a few statements, each with its own outcome', async () => {
    const ids = Array.from({ length: 2_000 }, (_, at) => `bulk-${at}`);
    const present = ids.filter((_, at) => at % 10 !== 0);
    for (let at = 0; at < present.length; at += 500) {
      await own.insert(...present.slice(at, at + 500).map((id) => ({ id, photo_url: source })));
    }
    const before = await updates();
    const records = createRecords(own.db);
    const outcomes = await Promise.all(ids.map((id) => records.replacePhoto(change(id), never)));
    expect(outcomes.map((outcome, at) => outcome === (at % 10 === 0 ? 'missing' : 'written'))).not.toContain(false);
    expect((await updates()) - before).toBeLessThanOrEqual(8);
  });

  test('may go away: it is waited for, reading and writing, and nothing is lost', async () => {
    const records = createRecords(own.db);
    await own.insert({ id: 'one', photo_url: source }, { id: 'two', photo_url: source });
    expect(await records.replacePhoto(change('one'), never)).toBe('written');
    await server.kill();
    const writing = records.replacePhoto(change('two'), never);
    const reading = records.readPhoto('one', 'acme', never);
    const stop = new AbortController();
    const givenUp = records.replacePhoto(change('one'), stop.signal);
    stop.abort(new Error('timed out'));
    await expect(givenUp).rejects.toThrow('timed out');
    await server.restart();
    expect(await writing).toBe('written');
    expect(await reading).toEqual({ url: output });
    expect(await own.photoOf('two')).toBe(output);
  });

  test('may take less than it said: the batch is written by halves', async () => {
    const long = `https://photos.example/${'x'.repeat(1_900)}`;
    const ids = Array.from({ length: 60 }, (_, at) => `large-${at}`);
    await own.insert(...ids.map((id) => ({ id, photo_url: long })));
    const changes = ids.map((recordId) => ({ recordId, vendorId: 'acme', source: long, photoUrl: output }));
    const records = createRecords(own.db);
    const [first, ...others] = changes as [PhotoChange, ...PhotoChange[]];
    expect(await records.replacePhoto(first, never)).toBe('written'); // the limits are read here
    await takeAtMost(32_768);
    await expect(writePhotos(own.db, others)).rejects.toThrow();
    const outcomes = await Promise.all(others.map((each) => records.replacePhoto(each, never)));
    expect(new Set(outcomes)).toEqual(new Set(['written']));
  });

  /** Lowers the packet for new connections and ends those of the pool. */
  async function takeAtMost(bytes: number): Promise<void> {
    const admin = connectDatabase({ url: server.adminUrl, poolSize: 1 });
    await sql`SET GLOBAL max_allowed_packet = ${sql.lit(bytes)}`.execute(admin);
    const { rows } = await sql<{ id: number }>`
      SELECT id FROM information_schema.processlist WHERE db = 'lanekeeper'`.execute(admin);
    for (const { id } of rows) await sql`KILL ${sql.lit(id)}`.execute(admin);
    await admin.destroy();
  }

  async function updates(): Promise<number> {
    const { rows } = await sql<{ Value: string }>`SHOW GLOBAL STATUS LIKE 'Com_update_multi'`.execute(own.db);
    return Number(rows[0]?.Value);
  }
});
