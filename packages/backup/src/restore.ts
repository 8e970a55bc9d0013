import path from 'node:path';
import { type Command, type JobEvent, type Names, names } from '@lanekeeper/contracts';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { loadDatabase } from './database.ts';
import { BackupFailed } from './errors.ts';
import { readManifest, type SavedStream } from './manifest.ts';
import { OpenJobs } from './missing-commands.ts';
import { projectionPosition, resetProjection } from './projection.ts';
import { restoreStream } from './snapshot-stream.ts';

/** What to bring back, and where to. */
export type RestoreOptions = {
  nc: NatsConnection;
  /** An empty database for what was saved; absent: only the streams come back. */
  databaseUrl?: string;
  /** The database is in use and stays as it is (only NATS was lost). */
  keepDatabase?: boolean;
  /** A projection that is ahead of the restored events is emptied and filled anew from them. */
  rebuildProjection?: boolean;
  /** Replicas of the streams, if not as saved. */
  replicas?: number;
  /** The folder of the backup. */
  dir: string;
};

/** What came back. */
export type Restored = { streams: number; commandsPutBack: number; projection: 'goes on' | 'rebuilt' | 'none' };

/**
 * Brings an installation back to servers without its streams. No service may run meanwhile. Commands that were submitted
 * while the backup ran are put back from their events.
 * @throws BackupFailed; AHEAD when the database has seen later events than were saved and `rebuildProjection` is not set.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { nc, dir, databaseUrl, replicas } = options;
  const { prefix, database, streams } = await readManifest(dir);
  await assertNoStreams(nc, streams);
  if (databaseUrl && database && !options.keepDatabase) await loadDatabase(databaseUrl, path.join(dir, database));
  const position = databaseUrl === undefined ? undefined : await projectionPosition(databaseUrl);
  const lastSeq = streams.find(({ role }) => role === 'events')?.state.last_seq ?? 0;
  const isAhead = position !== undefined && position > lastSeq;
  if (isAhead && !options.rebuildProjection) {
    const detail = `the database has seen events up to ${position}, the backup has them up to ${lastSeq}`;
    throw new BackupFailed('AHEAD', `${detail}: restore the database too, or rebuild the projection`);
  }
  for (const saved of streams) await restoreStream(nc, withReplicas(saved, replicas), path.join(dir, saved.file));
  const commandsPutBack = await putBackCommands(nc, names(prefix));
  if (isAhead && databaseUrl !== undefined) await resetProjection(databaseUrl);
  const projection = position === undefined ? 'none' : isAhead ? 'rebuilt' : 'goes on';
  return { streams: streams.length, commandsPutBack, projection };
}

/** Before anything is touched: a restore by mistake must not overwrite an installation that works. */
async function assertNoStreams(nc: NatsConnection, streams: readonly SavedStream[]): Promise<void> {
  const jsm = await jetstreamManager(nc);
  const present = new Set<string>();
  for await (const name of jsm.streams.names()) present.add(name);
  const inTheWay = streams.map(({ config }) => config.name).filter((name) => present.has(name));
  if (inTheWay.length === 0) return;
  throw new BackupFailed('RESTORE_FAILED', `there is an installation here already: ${inTheWay.join(', ')}`);
}

function withReplicas({ config, state }: SavedStream, replicas: number | undefined) {
  return { state, config: replicas === undefined ? config : { ...config, num_replicas: replicas } };
}

async function putBackCommands(nc: NatsConnection, named: Names): Promise<number> {
  const jsm = await jetstreamManager(nc);
  const stored = new Set<string>();
  for await (const message of readAll(jsm, named.commandsStream)) stored.add(message.header.get('Nats-Msg-Id'));
  const jobs = new OpenJobs();
  for await (const message of readAll(jsm, named.eventsStream)) jobs.add(message.json<JobEvent>());
  const missing = jobs.missingFrom(stored);
  for (const command of missing) await publish(nc, named, command);
  return missing.length;
}

async function publish(nc: NatsConnection, named: Names, command: Command): Promise<void> {
  const subject = named.command(command.workload, command.lane);
  await jetstream(nc).publish(subject, JSON.stringify(command), { msgID: command.jobId });
}

const PAGE = 500;

/** All messages of a stream. Through the leader's own state: nobody else is there yet. */
async function* readAll(jsm: JetStreamManager, stream: string) {
  const { state } = await jsm.streams.info(stream);
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; ) {
    let last = seq;
    for await (const message of await jsm.direct.getBatch(stream, { seq, batch: PAGE })) {
      yield message;
      last = message.seq + 1;
    }
    seq = Math.max(last, seq + 1);
  }
}
