import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import { whileConnected } from './while-connected.ts';

/** How to ask a consumer for one message. `expiresMs` absent: answer at once. `waitMs`: give up on the answer. */
export type Pull = { subject: string; expiresMs?: number; waitMs: number };

/** What a pull came to: a delivery, nothing there (now), no such consumer, or no answer in time. */
export type Pulled =
  | { type: 'delivery'; message: Msg; askedAt: number }
  | { type: 'empty' }
  | { type: 'no-consumer' }
  | { type: 'no-answer' };

const NANOS_PER_MS = 1_000_000;

/**
 * Pulls one message at a time. Deliveries come under the message's own subject, so only a subscription of its own tells
 * which pull one answers, and thus since when at most it can have been under way (`askedAt`, `performance.now()`): a
 * process that was stopped may find deliveries in its socket that have run out long ago.
 *
 * A delivery for a pull that was given up goes to `onLate`.
 */
export class Puller {
  readonly #nc: NatsConnection;
  readonly #onLate: (message: Msg, askedAt: number) => void;
  readonly #open = new Set<Subscription>();
  #giveUp: (() => void) | undefined;

  constructor(nc: NatsConnection, onLate: (message: Msg, askedAt: number) => void) {
    this.#nc = nc;
    this.#onLate = onLate;
  }

  /** Asks for one message. */
  pull({ subject, expiresMs, waitMs }: Pull): Promise<Pulled> {
    return new Promise((resolve) => {
      const askedAt = performance.now();
      const answer = (pulled: Pulled) => {
        clearTimeout(timer);
        this.#giveUp = undefined;
        resolve(pulled);
      };
      this.#giveUp = () => answer({ type: 'no-answer' });
      const giveUp = this.#giveUp;
      const timer = setTimeout(giveUp, waitMs);
      const inbox = this.#listen((error, message) => {
        const pulled: Pulled = error ? { type: 'no-answer' } : read(message, askedAt);
        if (this.#giveUp === giveUp) answer(pulled);
        else if (pulled.type === 'delivery') this.#onLate(message, askedAt);
      });
      const request = expiresMs === undefined ? { no_wait: true } : { expires: Math.round(expiresMs * NANOS_PER_MS) };
      this.#nc.publish(subject, JSON.stringify({ batch: 1, ...request }), { reply: inbox });
    });
  }

  /** Gives up on the pull under way, if any. */
  cancel(): void {
    this.#giveUp?.();
  }

  /**
   * Stops listening for good, as {@link Puller.close}, but hears what the server has sent already: a delivery that is
   * dropped on its way is not free again before it has run out.
   */
  async drain(): Promise<void> {
    this.cancel();
    const open = [...this.#open];
    if (open.length === 0 || this.#nc.isClosed()) return;
    try {
      await whileConnected(this.#nc, () => Promise.all(open.map((subscription) => subscription.drain())));
      // What was handed back meanwhile must leave before the process does.
      await whileConnected(this.#nc, () => this.#nc.flush());
    } catch {
      this.close(); // the connection is lost, and with it what was under way
    }
  }

  /** Stops listening for good; the server forgets pulls that no one listens for. */
  close(): void {
    this.cancel();
    if (this.#nc.isClosed()) return;
    for (const subscription of this.#open) subscription.unsubscribe();
  }

  #listen(receive: (error: Error | null, message: Msg) => void): string {
    const inbox = createInbox();
    const subscription = this.#nc.subscribe(inbox, {
      max: 1,
      callback: (error, message) => {
        this.#open.delete(subscription);
        receive(error, message);
      },
    });
    this.#open.add(subscription);
    return inbox;
  }
}

function read(message: Msg, askedAt: number): Pulled {
  const status = message.headers?.code ?? 0;
  if (status === 503) return { type: 'no-consumer' };
  // 409 with "Consumer Deleted" and the like: gone; any other status: nothing to be had now.
  if (status === 409 && message.headers?.description.startsWith('Consumer')) return { type: 'no-consumer' };
  if (status !== 0) return { type: 'empty' };
  return { type: 'delivery', message, askedAt };
}
