import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './while-connected.ts';

/** Where to read. `replicas`: those of the stream. */
export type ReadLastFrom = { nc: NatsConnection; jsm: JetStreamManager; replicas: number };

/**
 * The last message of a subject; null when there is none. With replicas the leader is asked: a direct get is answered by
 * any replica, also by one that lags, and then a worker would not find its own last write, or not that of whoever
 * replaced it.
 */
export function readLast(
  { nc, jsm, replicas }: ReadLastFrom,
  stream: string,
  subject: string,
): Promise<StoredMsg | null> {
  const source = replicas > 1 ? jsm.streams : jsm.direct;
  return whileConnected(nc, () => source.getMessage(stream, { last_by_subj: subject }));
}
