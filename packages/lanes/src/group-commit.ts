import type { NatsConnection } from '@nats-io/nats-core';
import { apiCodes, PublishRefused } from './errors.ts';
import { type OutMessage, publishBatch, publishOne, type Stored } from './publish.ts';

/** Most messages of an atomic batch: the server's limit. */
export const MAX_BATCH_MESSAGES = 1_000;
/**
 * Up to so many lone messages travel side by side rather than as a batch: the server stages every atomic batch in files
 * of its own, which costs it as much as about eight synced writes (measured, NATS 2.15; docs/benchmarks.md).
 */
const FEW = 8;
/** A flight is cut beyond this many characters, so that a batch never sits in the server's memory for long. */
const MAX_FLIGHT_CHARS = 4_000_000;

type Waiting = {
  messages: readonly OutMessage[];
  resolve: (stored: Stored[]) => void;
  reject: (error: unknown) => void;
};

/**
 * Writes what several callers append to one stream at the same time as one atomic batch: with `sync_interval: always`
 * every publish costs an fsync, a batch costs a few for all its messages.
 *
 * What a caller appends together (a group) stays together: all stored or none, in order. Groups are independent: when
 * the server refuses a flight, it is halved until only the groups at fault fail.
 */
export class GroupCommit {
  readonly #nc: NatsConnection;
  readonly #queue: Waiting[] = [];
  #flying = false;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /**
   * Stores a group of at most {@link MAX_BATCH_MESSAGES} messages.
   * @throws PublishRefused or LanesError UNAVAILABLE, as the functions of publish.ts.
   */
  append(messages: readonly OutMessage[]): Promise<Stored[]> {
    if (messages.length === 0) return Promise.resolve([]);
    if (messages.length > MAX_BATCH_MESSAGES) {
      return Promise.reject(new PublishRefused(apiCodes.batchTooLarge, `more than ${MAX_BATCH_MESSAGES} messages`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ messages, resolve, reject });
      if (!this.#flying) void this.#fly();
    });
  }

  async #fly(): Promise<void> {
    this.#flying = true;
    // Callers of the same tick travel together.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#send(takeFlight(this.#queue));
    this.#flying = false;
  }

  async #send(groups: readonly Waiting[]): Promise<void> {
    if (groups.length <= FEW && groups.every(({ messages }) => messages.length === 1)) {
      await Promise.all(groups.map((group) => this.#sendTogether([group])));
    } else {
      await this.#sendTogether(groups);
    }
  }

  async #sendTogether(groups: readonly Waiting[]): Promise<void> {
    const messages = groups.flatMap((group) => group.messages);
    try {
      const stored = await this.#publish(messages);
      let at = 0;
      for (const group of groups) {
        group.resolve(stored.slice(at, at + group.messages.length));
        at += group.messages.length;
      }
    } catch (error) {
      await this.#handle(error, groups);
    }
  }

  async #handle(error: unknown, groups: readonly Waiting[]): Promise<void> {
    if (error instanceof PublishRefused && groups.length > 1) {
      const half = Math.ceil(groups.length / 2);
      await this.#send(groups.slice(0, half));
      await this.#send(groups.slice(half));
      return;
    }
    for (const group of groups) group.reject(error);
  }

  async #publish(messages: readonly OutMessage[]): Promise<Stored[]> {
    const [only] = messages;
    return messages.length === 1 && only ? [await publishOne(this.#nc, only)] : publishBatch(this.#nc, messages);
  }
}

/** Takes the groups off the queue that fit in one batch; at least one. */
function takeFlight(queue: Waiting[]): Waiting[] {
  const flight: Waiting[] = [];
  let messages = 0;
  let chars = 0;
  for (let next = queue[0]; next; next = queue[0]) {
    messages += next.messages.length;
    chars += next.messages.reduce((sum, message) => sum + message.data.length, 0);
    if (flight.length > 0 && (messages > MAX_BATCH_MESSAGES || chars > MAX_FLIGHT_CHARS)) break;
    queue.shift();
    flight.push(next);
  }
  return flight;
}
