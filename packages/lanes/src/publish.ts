import { headers, type MsgHdrs, type NatsConnection, nuid } from '@nats-io/nats-core';
import { isUnavailable, LanesError, PublishRefused } from './errors.ts';
import { whileConnected } from './while-connected.ts';

/** A message to store. `headers` by name. */
export type OutMessage = { subject: string; data: string; headers?: Readonly<Record<string, string>> };

/** Where a message was stored; `duplicate` when its id had been stored before. */
export type Stored = { seq: number; duplicate: boolean };

type PubAck = {
  seq: number;
  count?: number;
  duplicate?: boolean;
  error?: { err_code?: number; description?: string };
};

/** How long the server may take to confirm, in milliseconds. */
export const PUBLISH_TIMEOUT_MS = 5_000;

/**
 * Stores one message and waits for the server's confirmation.
 * @throws PublishRefused when the server says no; LanesError UNAVAILABLE when it says nothing: the message may or may
 * not be stored then.
 */
export async function publishOne(nc: NatsConnection, message: OutMessage): Promise<Stored> {
  const ack = await confirm(nc, message, messageHeaders(message));
  return { seq: ack.seq, duplicate: ack.duplicate === true };
}

/**
 * Stores messages as one atomic batch: all or none, in consecutive sequences, one fsync.
 * The batch headers are set by hand: the client's batch publisher drops `expect` options and masks the server's error.
 * @throws as {@link publishOne}.
 */
export async function publishBatch(nc: NatsConnection, messages: readonly OutMessage[]): Promise<Stored[]> {
  const last = messages.at(-1);
  if (last === undefined) return [];
  const id = nuid.next();
  const commit = batchHeaders(last, id, messages.length);
  commit.set('Nats-Batch-Commit', '1');
  const ack = await confirm(nc, last, commit, () => {
    messages.slice(0, -1).forEach((message, index) => {
      nc.publish(message.subject, message.data, { headers: batchHeaders(message, id, index + 1) });
    });
  });
  const first = ack.seq - messages.length + 1;
  return messages.map((_, index) => ({ seq: first + index, duplicate: false }));
}

async function confirm(nc: NatsConnection, message: OutMessage, hdrs: MsgHdrs, first = () => {}): Promise<PubAck> {
  const ack = await request(nc, message, hdrs, first);
  if (ack.error) {
    if (isUnavailable(ack.error.err_code ?? 0)) {
      throw new LanesError('UNAVAILABLE', `NATS cannot store now: ${ack.error.description}`);
    }
    throw new PublishRefused(ack.error.err_code ?? 0, ack.error.description ?? 'no reason given');
  }
  return ack;
}

async function request(nc: NatsConnection, message: OutMessage, hdrs: MsgHdrs, first: () => void): Promise<PubAck> {
  try {
    const options = { headers: hdrs, timeout: PUBLISH_TIMEOUT_MS };
    const reply = await whileConnected(nc, () => {
      first();
      return nc.request(message.subject, message.data, options);
    });
    return reply.json<PubAck>();
  } catch (cause) {
    throw new LanesError('UNAVAILABLE', 'NATS did not confirm a publish', { cause });
  }
}

function messageHeaders(message: OutMessage): MsgHdrs {
  const hdrs = headers();
  for (const [name, value] of Object.entries(message.headers ?? {})) hdrs.set(name, value);
  return hdrs;
}

function batchHeaders(message: OutMessage, id: string, sequence: number): MsgHdrs {
  const hdrs = messageHeaders(message);
  hdrs.set('Nats-Batch-Id', id);
  hdrs.set('Nats-Batch-Sequence', String(sequence));
  return hdrs;
}
