import type { DirectMsgRequest, JetStreamManager, MsgRequest, StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './while-connected.ts';

/** Where to read. `replicas`: those of the streams. */
export type ReadFrom = { nc: NatsConnection; jsm: JetStreamManager; replicas: number };

/** Which message: the last of a subject, or the next of one from a sequence on. */
export type OneMessage = { last_by_subj: string } | { next_by_subj: string; seq: number };

/**
 * One message as it stands on the stream's leader; null when there is none. A direct get is answered by any replica, also
 * by one that lags, and then a worker would not find its own last write, that of whoever replaced it, or a new command.
 */
export function readLeader(
  { nc, jsm, replicas }: ReadFrom,
  stream: string,
  query: OneMessage,
): Promise<StoredMsg | null> {
  if (replicas === 1) return whileConnected(nc, () => jsm.direct.getMessage(stream, query as DirectMsgRequest));
  // The leader knows `next_by_subj` too; only the client's type does not.
  return whileConnected(nc, () => jsm.streams.getMessage(stream, query as unknown as MsgRequest));
}
