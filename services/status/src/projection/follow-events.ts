import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';

/** What to follow. */
export type FollowOptions = {
  stream: string;
  /** First sequence wanted; what is no longer stored is skipped. */
  from: number;
  /** Subjects wanted; they must not overlap. Left out: all. */
  subjects?: readonly string[];
  /** Begins the consumer's name, so that operators see what it is for. */
  name: string;
  signal: AbortSignal;
  /** Called when the consumer was lost and is made anew. */
  onTrouble?: (error: unknown) => void;
};

/** Messages fetched ahead of the reader. */
const AHEAD = 256;
const PULL_MS = 5_000;
const RETRY_MS = 250;

/**
 * Yields a stream's messages in order, each once, without end: through lost connections and server restarts it goes on
 * after the last message it yielded. Reads ahead no more than a few hundred messages of what the caller has taken.
 */
export async function* followEvents(js: JetStreamClient, options: FollowOptions): AsyncGenerator<JsMsg> {
  let from = options.from;
  while (!options.signal.aborted) {
    try {
      for await (const message of readOnce(js, options, from)) {
        if (message.seq < from) continue;
        from = message.seq + 1;
        yield message;
      }
    } catch (error) {
      options.onTrouble?.(error);
    }
    if (!options.signal.aborted) await pause(options.signal);
  }
}

async function* readOnce(js: JetStreamClient, options: FollowOptions, from: number): AsyncGenerator<JsMsg> {
  const { stream, name, subjects, signal } = options;
  const consumer = await js.consumers.get(stream, {
    opt_start_seq: from,
    name_prefix: `${name}_${nuid.next()}`,
    ...(subjects === undefined ? {} : { filter_subjects: [...subjects] }),
  });
  const messages = await consumer.consume({ max_messages: AHEAD, expires: PULL_MS, idle_heartbeat: 1_000 });
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop);
  try {
    if (!signal.aborted) yield* messages;
  } finally {
    signal.removeEventListener('abort', stop);
    await remove(messages, consumer);
  }
}

/** An abandoned consumer would linger for minutes; when the server cannot be asked it goes away by itself. */
async function remove(messages: ConsumerMessages, consumer: Consumer): Promise<void> {
  messages.stop();
  await consumer.delete().catch(() => false);
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
}
