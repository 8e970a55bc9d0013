import type { Logger } from '@lanekeeper/service-kit';
import type { JetStreamClient, StreamInfo } from '@nats-io/jetstream';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import { type Position, PROJECTION } from './lease.ts';

/** What decides where to begin. */
export type StartInput = {
  js: JetStreamClient;
  db: Kysely<StatusSchema>;
  log: Logger;
  stream: string;
  position: Position;
};

/**
 * The position to go on from, stored before it is used. It differs from the stored one when the stream was replaced by
 * a new one (sequences begin again), or when events expired before they were projected (the missing range is logged).
 */
export async function startPosition(input: StartInput): Promise<{ seq: number; streamCreated: string }> {
  const { js, db, log, stream, position } = input;
  const info = await (await js.jetstreamManager()).streams.info(stream);
  const from = decideStart(position, info);
  if (from.replaced) log.error({ stream, was: position }, 'the stream was replaced; projecting it from its beginning');
  if (from.missing) log.error({ stream, ...from.missing }, 'events expired before they were projected');
  const start = { seq: from.seq, streamCreated: info.created };
  if (from.seq === position.appliedSeq && position.streamCreated === info.created) return start;
  await db
    .updateTable('projections')
    .set({ applied_seq: from.seq, stream_created: info.created })
    .where('name', '=', PROJECTION)
    .execute();
  return start;
}

/** Pure part of {@link startPosition}. */
export function decideStart(
  position: Position,
  { created, state }: Pick<StreamInfo, 'created'> & { state: { first_seq: number; last_seq: number } },
): { seq: number; replaced: boolean; missing?: { first: number; last: number } } {
  const replaced = position.streamCreated !== null && position.streamCreated !== created;
  const seq = replaced ? 0 : position.appliedSeq;
  const firstMissing = seq + 1;
  if (state.first_seq <= firstMissing) return { seq, replaced };
  const last = state.first_seq - 1;
  // A projection that never ran has nothing to miss: it begins with what there is.
  return seq === 0 ? { seq: last, replaced } : { seq: last, replaced, missing: { first: firstMissing, last } };
}
