import { setTimeout as delay } from 'node:timers/promises';
import { names } from '@lanekeeper/contracts';
import type { Logger } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import type { AppliedPosition } from './applied-position.ts';
import { PROJECTION, readPosition } from './lease.ts';

/** What watching the position takes. */
export type WatchInput = {
  nc: NatsConnection;
  db: Kysely<StatusSchema>;
  log: Logger;
  prefix: string;
  applied: AppliedPosition;
  /** Creation time of the EVENTS stream that this process works with. */
  streamCreated: string;
  signal: AbortSignal;
  /** Called when EVENTS was replaced by a new stream: what this process remembers of sequences is void. */
  onReplaced: () => void;
};

/** What the active replica says after each commit. */
export type Announcement = { seq: number; streamCreated: string };

const POLL_MS = 1_000;

/**
 * Keeps a process informed how far the projection is, whichever replica drives it: by that replica's announcements, and
 * by the row once a second in case one was lost. Resolves when the signal is aborted.
 */
export async function watchPosition(input: WatchInput): Promise<void> {
  const { nc, applied, prefix, signal, streamCreated } = input;
  const announcements = nc.subscribe(names(prefix).applied(PROJECTION), {
    callback: (error, message) => {
      if (error !== null) return;
      const announced = message.json<Announcement>();
      if (announced.streamCreated === streamCreated) applied.advance(announced.seq);
    },
  });
  await pollRow(input);
  if (!nc.isClosed() && signal.aborted) announcements.unsubscribe();
}

async function pollRow({ db, log, applied, signal, streamCreated, onReplaced }: WatchInput): Promise<void> {
  while (!signal.aborted) {
    try {
      const position = await readPosition(db);
      const created = position?.streamCreated ?? undefined;
      if (created === streamCreated) applied.advance(position?.appliedSeq ?? 0);
      else if (created !== undefined && Date.parse(created) > Date.parse(streamCreated)) onReplaced();
    } catch (err) {
      log.debug({ err }, 'could not read the position'); // the projector and readiness report a database that is down
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
