import type { Logger } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { Agent } from 'undici';
import { RembgError } from './rembg-error.ts';
import { type InstanceState, RembgInstance, type RembgTimes } from './rembg-instance.ts';

/** How the rembg servers are: for readiness and status. */
export type RembgStatus = {
  total: number;
  ready: number;
  servers: { server: string; state: InstanceState; busy: boolean }[];
};

/** Settings of a {@link RembgPool}. */
export type RembgPoolOptions = {
  urls: readonly string[];
  /** Model that servers are warmed up with: the one most jobs will use. */
  model: string;
  /** A small photo to warm up with. */
  warmUpImage: Buffer;
  log: Logger;
  times?: Partial<RembgTimes>;
  /** How long a removal waits while no server can be used, in milliseconds. */
  patienceMs?: number;
};

const defaultTimes: RembgTimes = {
  requestMs: 25_000,
  warmUpMs: 90_000,
  probeMs: 3_000,
  probeEveryMs: 500,
  probeEveryMaxMs: 5_000,
};
const DEFAULT_PATIENCE_MS = 20_000;

type Waiter = { avoid: ReadonlySet<RembgInstance>; take: (instance: RembgInstance) => void };

/**
 * Shares the rembg servers among this process's jobs: round robin over those that can be used, one request at a time
 * each, first come first served. One at a time holds per process; when several image workers share the servers, the
 * workload's fleet limit (as many as there are servers) bounds the total.
 */
export class RembgPool {
  readonly #instances: RembgInstance[];
  readonly #waiters: Waiter[] = [];
  readonly #closing = new AbortController();
  readonly #dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 3_000 } });
  readonly #patienceMs: number;
  #next = 0;

  constructor({ urls, model, warmUpImage, log, times, patienceMs }: RembgPoolOptions) {
    this.#patienceMs = patienceMs ?? DEFAULT_PATIENCE_MS;
    const shared = {
      dispatcher: this.#dispatcher,
      times: { ...defaultTimes, ...times },
      warmUp: { image: warmUpImage, model },
      log,
      closed: this.#closing.signal,
      onReady: () => this.#serveWaiters(),
    };
    this.#instances = urls.map((url) => new RembgInstance({ ...shared, url }));
  }

  /**
   * The mask (PNG) of a JPEG. When a server turns out to be down the next one takes over; a server's own failure is
   * tried once more on another server.
   * @throws JobFailure `REMBG_UNAVAILABLE`, `REMBG_ERROR` or `REMBG_REJECTED`; the signal's reason when it aborts.
   */
  async removeBackground(image: Buffer, model: string, signal: AbortSignal): Promise<Buffer> {
    const failed = new Set<RembgInstance>();
    for (;;) {
      const instance = await this.#acquire(failed, signal);
      try {
        return await instance.removeBackground(image, model, signal);
      } catch (error) {
        if (!(error instanceof RembgError)) throw error;
        if (error.fault === 'rejected') throw jobFailure('REMBG_REJECTED', undefined, error);
        if (error.fault === 'failed') failed.add(instance);
        if (failed.size >= Math.min(2, this.#instances.length)) throw jobFailure('REMBG_ERROR', undefined, error);
      } finally {
        instance.busy = false;
        this.#serveWaiters();
      }
    }
  }

  /** See {@link RembgStatus}. */
  status(): RembgStatus {
    const servers = this.#instances.map(({ name, state, busy }) => ({ server: name, state, busy }));
    return { total: servers.length, ready: servers.filter(({ state }) => state === 'ready').length, servers };
  }

  /** Stops probing and closes the connections. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the rembg pool is closed'));
    await this.#dispatcher.destroy();
  }

  /** The next free server, marked busy. `avoid` is only a wish: when no other server can be used, one of them serves. */
  #acquire(avoid: ReadonlySet<RembgInstance>, signal: AbortSignal): Promise<RembgInstance> {
    signal.throwIfAborted();
    const free = this.#waiters.length === 0 ? this.#pick(avoid) : undefined;
    if (free) return Promise.resolve(free);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearInterval(patience);
        signal.removeEventListener('abort', abort);
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
      };
      const waiter: Waiter = {
        avoid,
        take: (instance) => {
          leave();
          resolve(instance);
        },
      };
      const abort = () => {
        leave();
        reject(signal.reason);
      };
      const patience = setInterval(() => {
        if (this.status().ready > 0) return; // servers work; it is just not this one's turn yet
        leave();
        reject(jobFailure('REMBG_UNAVAILABLE'));
      }, this.#patienceMs);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #serveWaiters(): void {
    for (const waiter of [...this.#waiters]) {
      const instance = this.#pick(waiter.avoid);
      if (instance) waiter.take(instance);
    }
  }

  #pick(avoid: ReadonlySet<RembgInstance>): RembgInstance | undefined {
    const usable = this.#instances.filter(({ state }) => state === 'ready');
    const wanted = usable.filter((instance) => !avoid.has(instance));
    const candidates = wanted.length > 0 ? wanted : usable;
    for (let step = 0; step < this.#instances.length; step++) {
      const at = (this.#next + step) % this.#instances.length;
      const instance = this.#instances[at] as RembgInstance;
      if (!instance.free || !candidates.includes(instance)) continue;
      this.#next = at + 1;
      instance.busy = true;
      return instance;
    }
    return undefined;
  }
}
