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

/** What holds a group together: all are stored or none, or each one only if those before it were. */
export type Bond = 'all or none' | 'in order';

type Waiting = {
  messages: readonly OutMessage[];
  bond: Bond;
  resolve: (stored: Stored[]) => void;
  reject: (error: unknown) => void;
};

/**
 * Writes what several callers append to one stream at the same time as one atomic batch: with `sync_interval: always`
 * every publish costs an fsync, a batch costs a few for all its messages.
 *
 * What a caller appends together (a group) stays together, in order. Groups are independent: when the server refuses a
 * flight, it is halved until only the groups at fault fail.
 */
export class GroupCommit {
  readonly #nc: NatsConnection;
  readonly #queue: Waiting[] = [];
  /** Messages under way that are not part of a batch. */
  #lone = 0;
  #flying = false;
  #due = false;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /**
   * Stores a group of at most {@link MAX_BATCH_MESSAGES} messages.
   * @throws PublishRefused or LanesError UNAVAILABLE, as the functions of publish.ts.
   */
  append(messages: readonly OutMessage[], bond: Bond = 'all or none'): Promise<Stored[]> {
    if (messages.length === 0) return Promise.resolve([]);
    if (messages.length > MAX_BATCH_MESSAGES) {
      return Promise.reject(new PublishRefused(apiCodes.batchTooLarge, `more than ${MAX_BATCH_MESSAGES} messages`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ messages, bond, resolve, reject });
      this.#depart();
    });
  }

  /** What is appended until the end of this round of the event loop travels together. */
  #depart(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      this.#departNow();
    });
  }

  #departNow(): void {
    const waiting = this.#queue.reduce((sum, { messages }) => sum + messages.length, 0);
    if (waiting === 0 || this.#flying) return; // whoever lands looks again
    if (waiting > FEW || !this.#queue.every(isLoose)) void this.#sendFlight(takeFlight(this.#queue));
    else if (this.#lone + waiting <= FEW) for (const group of this.#queue.splice(0)) void this.#sendLoose(group);
  }

  async #sendLoose(group: Waiting): Promise<void> {
    const { messages, resolve, reject } = group;
    this.#lone += messages.length;
    try {
      const stored: Stored[] = [];
      for (const message of messages) stored.push(await publishOne(this.#nc, message));
      resolve(stored);
    } catch (error) {
      reject(error);
    } finally {
      this.#lone -= messages.length;
      this.#depart();
    }
  }

  async #sendFlight(groups: readonly Waiting[]): Promise<void> {
    this.#flying = true;
    await this.#sendTogether(groups);
    this.#flying = false;
    this.#depart();
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
      await this.#sendTogether(groups.slice(0, half));
      await this.#sendTogether(groups.slice(half));
      return;
    }
    for (const group of groups) group.reject(error);
  }

  async #publish(messages: readonly OutMessage[]): Promise<Stored[]> {
    const [only] = messages;
    return messages.length === 1 && only ? [await publishOne(this.#nc, only)] : publishBatch(this.#nc, messages);
  }
}

/** Whether a group need not be a batch. */
function isLoose({ messages, bond }: Waiting): boolean {
  return messages.length === 1 || bond === 'in order';
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
