import type { NatsConnection } from '@nats-io/nats-core';
import { LanesError } from './errors.ts';

/** How long a request waits for a lost connection to come back, in milliseconds. */
const RECONNECT_WAIT_MS = 5_000;

/**
 * Sends a request while the connection stands, and gives up on its answer when the connection is lost.
 *
 * The client (3.4.0) throws away what is published between a disconnect and the next connect, and the answer to what was
 * sent before can never arrive: both would only be noticed by their timeouts, seconds after the server is back.
 * @throws LanesError UNAVAILABLE when the connection is lost meanwhile or does not come back in time; otherwise as `ask`.
 */
export async function whileConnected<T>(nc: NatsConnection, ask: () => Promise<T>): Promise<T> {
  const link = linkOf(nc);
  await link.up();
  const { lost, forget } = link.watch();
  const answer = ask();
  try {
    return await Promise.race([answer, lost]);
  } finally {
    forget();
    answer.catch(() => undefined); // when the connection went first, the answer's own timeout comes too late to matter
  }
}

const links = new WeakMap<NatsConnection, Link>();

function linkOf(nc: NatsConnection): Link {
  const known = links.get(nc) ?? new Link(nc);
  links.set(nc, known);
  return known;
}

/** Whether a connection stands, and who wants to know when that changes. */
class Link {
  #connected = true;
  readonly #onLost = new Set<() => void>();
  readonly #onUp = new Set<() => void>();

  constructor(nc: NatsConnection) {
    void this.#follow(nc);
  }

  /** Resolves when the connection stands. */
  async up(): Promise<void> {
    if (this.#connected) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#onUp.delete(onUp);
        reject(new LanesError('UNAVAILABLE', 'there is no connection to NATS'));
      }, RECONNECT_WAIT_MS);
      const onUp = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#onUp.add(onUp);
    });
  }

  /** A promise that rejects when the connection is lost. */
  watch(): { lost: Promise<never>; forget: () => void } {
    let onLost = () => {};
    const lost = new Promise<never>((_, reject) => {
      onLost = () => reject(new LanesError('UNAVAILABLE', 'the connection to NATS was lost'));
    });
    this.#onLost.add(onLost);
    return { lost, forget: () => this.#onLost.delete(onLost) };
  }

  async #follow(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#connected = type === 'reconnect';
      const told = this.#connected ? this.#onUp : this.#onLost;
      for (const tell of told) tell();
      told.clear();
    }
    // Closed for good: nobody is left waiting.
    for (const tell of this.#onLost) tell();
  }
}
