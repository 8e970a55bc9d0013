import { open, readFile } from 'node:fs/promises';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { BackupFailed } from './errors.ts';

/*
 * The server's own snapshots ($JS.API.STREAM.SNAPSHOT and .RESTORE), which the client has no functions for: messages keep
 * their sequences, times and headers. See https://docs.nats.io/reference/jetstream/api/stream/snapshot.
 */

const TIMEOUT_MS = 60_000;
const CHUNK_BYTES = 128 * 1024;

type Answer = { error?: { description?: string }; deliver_subject?: string; config?: unknown; state?: unknown };

/**
 * Saves a stream without its consumers, as it is at one moment, to a file. The server may go on storing meanwhile.
 * @returns the configuration and state that a restore needs.
 * @throws BackupFailed SNAPSHOT_FAILED.
 */
export async function snapshotStream<T>(nc: NatsConnection, stream: string, file: string): Promise<T> {
  const inbox = createInbox();
  const chunks = nc.subscribe(inbox);
  const output = await open(file, 'w');
  try {
    const request = { deliver_subject: inbox, no_consumers: true, jsck: true, chunk_size: CHUNK_BYTES };
    const answer = await ask(nc, `$JS.API.STREAM.SNAPSHOT.${stream}`, JSON.stringify(request));
    if (answer.error) throw new Error(answer.error.description);
    for await (const chunk of within(chunks, TIMEOUT_MS)) {
      if (chunk.data.length === 0) {
        if (chunk.headers?.hasError) throw new Error(chunk.headers.description);
        await output.sync();
        return { config: answer.config, state: answer.state } as T;
      }
      await output.write(chunk.data);
      chunk.respond(); // the server sends on when it hears that a chunk has arrived
    }
    throw new Error('the server stopped sending');
  } catch (cause) {
    throw new BackupFailed('SNAPSHOT_FAILED', `the stream ${stream} could not be saved: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    chunks.unsubscribe();
    await output.close();
  }
}

/**
 * Brings a saved stream back. The server refuses when a stream of that name exists.
 * @throws BackupFailed RESTORE_FAILED.
 */
export async function restoreStream(
  nc: NatsConnection,
  saved: { config: { name: string }; state: unknown },
  file: string,
): Promise<void> {
  const { name } = saved.config;
  try {
    const answer = await ask(nc, `$JS.API.STREAM.RESTORE.${name}`, JSON.stringify(saved));
    if (answer.error || !answer.deliver_subject) throw new Error(answer.error?.description);
    const content = await readFile(file);
    for (let at = 0; at < content.length; at += CHUNK_BYTES) {
      const taken = await ask(nc, answer.deliver_subject, content.subarray(at, at + CHUNK_BYTES));
      if (taken.error) throw new Error(taken.error.description);
    }
    const restored = await ask(nc, answer.deliver_subject, '');
    if (restored.error) throw new Error(restored.error.description);
  } catch (cause) {
    throw new BackupFailed('RESTORE_FAILED', `the stream ${name} could not be restored: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function ask(nc: NatsConnection, subject: string, payload: string | Uint8Array): Promise<Answer> {
  const answer = await nc.request(subject, payload, { timeout: TIMEOUT_MS });
  return answer.data.length === 0 ? {} : answer.json<Answer>();
}

async function* within(messages: AsyncIterable<Msg>, timeoutMs: number): AsyncGenerator<Msg> {
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing came for ${timeoutMs} ms`)), timeoutMs);
    });
    const next = await Promise.race([iterator.next(), late]).finally(() => clearTimeout(timer));
    if (next.done) return;
    yield next.value;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
