import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { names } from '@lanekeeper/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { dumpDatabase } from './database.ts';
import { type Manifest, type SavedStream, writeManifest } from './manifest.ts';
import { snapshotStream } from './snapshot-stream.ts';

/** What to save, and where to. */
export type BackupOptions = {
  nc: NatsConnection;
  /** Prefix of all stream names. */
  prefix: string;
  /** Absent: only the streams. */
  databaseUrl?: string;
  /** Folder; made if missing. */
  dir: string;
};

/**
 * Saves an installation while it runs. The parts are not of the same moment; their order makes them fit:
 *
 * 1. the database: its projection is never ahead of the events, and goes on from where it is;
 * 2. COMMANDS before EVENTS: a command that was submitted in between is put back from its event, which holds it whole; one
 *    that ended in between is found to be over;
 * 3. idempotency keys last: a key without jobs is harmless, jobs without their key would be done twice.
 *
 * TURNS are not saved: the sweep makes them anew.
 * @throws BackupFailed.
 */
export async function backup({ nc, prefix, databaseUrl, dir }: BackupOptions): Promise<Manifest> {
  await mkdir(dir, { recursive: true });
  const startedAt = new Date().toISOString();
  const database = databaseUrl === undefined ? {} : { database: 'database.sql' };
  if (databaseUrl !== undefined) await dumpDatabase(databaseUrl, path.join(dir, 'database.sql'));
  const streams: SavedStream[] = [];
  for (const [role, stream] of streamsOf(prefix)) {
    const file = `${role}.tar.s2`;
    const saved = await snapshotStream<Pick<SavedStream, 'config' | 'state'>>(nc, stream, path.join(dir, file));
    streams.push({ file, role, ...saved });
  }
  const manifest: Manifest = { version: 1, startedAt, prefix, ...database, streams };
  await writeManifest(dir, manifest);
  return manifest;
}

function streamsOf(prefix: string): [SavedStream['role'], string][] {
  const { commandsStream, lanesBucketStream, eventsStream, idempotencyBucket } = names(prefix);
  return [
    ['commands', commandsStream],
    ['lanes', lanesBucketStream],
    ['events', eventsStream],
    ['idempotency', `KV_${idempotencyBucket}`],
  ];
}
