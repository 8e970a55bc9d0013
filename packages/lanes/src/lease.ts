import type { NatsConnection } from '@nats-io/nats-core';
import { isNoResponders } from './errors.ts';
import { whileConnected } from './while-connected.ts';

/** Heartbeats per ack wait. */
const BEATS_PER_WAIT = 3;

/** What a lease is for. */
export type LeaseOptions = {
  nc: NatsConnection;
  /** Reply subject of the turn's delivery. */
  turn: string;
  /** The ack wait of the consumer of turns, in milliseconds. */
  ackWaitMs: number;
  /** Called when no consumer answers for the turn: it has to be made anew (a restarted server has forgotten it). */
  onGone: () => void;
  /** `performance.now()` when the turn was asked for: it cannot have been delivered earlier. */
  since: number;
};

/**
 * A worker's right to go on with a turn and the command that runs under it. It lasts one ack wait from the last
 * heartbeat that the server confirmed, counted from when that heartbeat was sent, so it always ends before the server
 * gives the turn to someone else. Measured on the monotonic clock, which goes on while a process is stopped: a process
 * that wakes up after its ack wait finds its lease gone before it does anything else. A lease that has run out never
 * comes back.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #beat: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #until: number;
  #lost = false;
  #onLost: (() => void) | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#until = options.since + options.ackWaitMs;
    this.#beat = setInterval(() => void this.#renew(), options.ackWaitMs / BEATS_PER_WAIT);
    this.#expect();
  }

  /** Whether the lease is still good. */
  get valid(): boolean {
    if (!this.#lost && performance.now() >= this.#until) this.#lose();
    return !this.#lost;
  }

  /** Says when the lease is lost, until the returned function is called. */
  watch(onLost: () => void): () => void {
    this.#onLost = onLost;
    if (!this.valid) onLost();
    return () => {
      this.#onLost = undefined;
    };
  }

  /** Ends heartbeats; the lease stays as it is. */
  close(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#expiry);
  }

  async #renew(): Promise<void> {
    if (!this.valid) return;
    const sentAt = performance.now();
    try {
      const { nc, turn, ackWaitMs } = this.#options;
      await whileConnected(nc, () => nc.request(turn, '+WPI', { timeout: ackWaitMs / BEATS_PER_WAIT }));
    } catch (error) {
      if (isNoResponders(error)) this.#options.onGone();
      return; // not confirmed: the lease runs on towards its end, which is what reports the fault
    }
    if (!this.valid) return;
    this.#until = sentAt + this.#options.ackWaitMs;
    this.#expect();
  }

  #expect(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.valid, Math.max(0, this.#until - performance.now()) + 1);
  }

  #lose(): void {
    this.#lost = true;
    this.close();
    this.#onLost?.();
  }
}
