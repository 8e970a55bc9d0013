import { errors, type NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './while-connected.ts';

/** Heartbeats per ack wait. */
const BEATS_PER_WAIT = 3;

/** What a lease is for. */
export type LeaseOptions = {
  nc: NatsConnection;
  /** Reply subject of the turn's delivery. */
  turn: string;
  /** The consumers' ack wait, in milliseconds. */
  ackWaitMs: number;
  /** `performance.now()` when the turn was asked for: it cannot have been delivered earlier. */
  since: number;
};

/**
 * A worker's right to go on with a turn and the command that runs under it. It lasts one ack wait from the last
 * heartbeat that the server confirmed, counted from when that heartbeat was sent, so it always ends before the server
 * gives the turn or the command to someone else. Measured on the monotonic clock, which goes on while a process is
 * stopped: a process that wakes up after its ack wait finds its lease gone before it does anything else. A lease that
 * has run out never comes back.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #beat: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #until: number;
  #lost = false;
  #command: { reply: string; onLost: () => void } | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#until = options.since + options.ackWaitMs;
    this.#beat = setInterval(() => void this.#renew(), options.ackWaitMs / BEATS_PER_WAIT);
    this.#watch();
  }

  /** Whether the lease is still good. */
  get valid(): boolean {
    if (!this.#lost && performance.now() >= this.#until) this.#lose();
    return !this.#lost;
  }

  /** Keeps a command's delivery alive too, until the returned function is called; says when the lease is lost. */
  cover(reply: string, onLost: () => void): () => void {
    this.#command = { reply, onLost };
    if (!this.valid) onLost();
    return () => {
      this.#command = undefined;
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
      // The command first: when a worker dies, its command is free again before its turn is.
      if (this.#command) await unlessGone(this.#send(this.#command.reply));
      await this.#send(this.#options.turn);
    } catch {
      return; // not confirmed: the lease runs on towards its end, which is what reports the fault
    }
    if (!this.valid) return;
    this.#until = sentAt + this.#options.ackWaitMs;
    this.#watch();
  }

  async #send(delivery: string): Promise<void> {
    const { nc, ackWaitMs } = this.#options;
    await whileConnected(nc, () => nc.request(delivery, '+WPI', { timeout: ackWaitMs / BEATS_PER_WAIT }));
  }

  #watch(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.valid, Math.max(0, this.#until - performance.now()) + 1);
  }

  #lose(): void {
    this.#lost = true;
    this.close();
    this.#command?.onLost();
  }
}

/**
 * A lane consumer lives in the server's memory: after a restart no one answers for it. The turn, which is durable, then
 * carries the lease alone; whoever is given the command anew asks this worker first (decide-claim.ts).
 */
async function unlessGone(beat: Promise<void>): Promise<void> {
  try {
    await beat;
  } catch (error) {
    const noResponders =
      error instanceof errors.NoRespondersError ||
      (error instanceof Error && error.cause instanceof errors.NoRespondersError);
    if (!noResponders) throw error;
  }
}
