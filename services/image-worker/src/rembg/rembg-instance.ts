import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@lanekeeper/service-kit';
import type { Dispatcher } from 'undici';
import { probe, requestMask } from './rembg-client.ts';
import { RembgError } from './rembg-error.ts';

/** Times in milliseconds. */
export type RembgTimes = {
  /** One removal. Less than half an attempt, so that another server can still take over. */
  requestMs: number;
  /** The first removal of a server, which loads the model. */
  warmUpMs: number;
  /** One probe of a server that was down. */
  probeMs: number;
  /** Pause between probes. Doubles up to {@link RembgTimes.probeEveryMaxMs}. */
  probeEveryMs: number;
  probeEveryMaxMs: number;
};

/** `starting` and `down` take no work. */
export type InstanceState = 'starting' | 'ready' | 'down';

/** 500s in a row after which a server counts as sick: one alone may be the photo's fault. */
const MAX_FAILURES = 3;

/** What an instance needs. `image` is the small photo that it is warmed up with. */
export type InstanceOptions = {
  url: string;
  dispatcher: Dispatcher;
  times: RembgTimes;
  warmUp: { image: Buffer; model: string };
  log: Logger;
  closed: AbortSignal;
  /** Called whenever the instance may take work again. */
  onReady: () => void;
};

/**
 * One rembg server: does one request at a time (its own thread limit does not work) and knows whether it can be used.
 * It takes no work until it answered a probe and one small removal: the first request loads the model, which takes
 * seconds, and concurrent first requests would load it several times.
 */
export class RembgInstance {
  state: InstanceState = 'starting';
  busy = false;
  #failures = 0;
  readonly #options: InstanceOptions;

  constructor(options: InstanceOptions) {
    this.#options = options;
    void this.#revive();
  }

  /** Host and port, for logs and status: a URL may hold a password. */
  get name(): string {
    return new URL(this.#options.url).host;
  }

  get free(): boolean {
    return this.state === 'ready' && !this.busy;
  }

  /** Does one removal; the caller has set {@link busy} and clears it. @throws RembgError, the signal's reason. */
  async removeBackground(image: Buffer, model: string, signal: AbortSignal): Promise<Buffer> {
    const { url, dispatcher, times } = this.#options;
    try {
      const mask = await requestMask(url, dispatcher, { image, model, timeoutMs: times.requestMs, signal });
      this.#failures = 0;
      return mask;
    } catch (error) {
      if (error instanceof RembgError) this.#judge(error);
      throw error;
    }
  }

  #judge(error: RembgError): void {
    if (error.fault === 'rejected') return;
    if (error.fault === 'failed' && ++this.#failures < MAX_FAILURES) return;
    if (this.state === 'down') return;
    this.state = 'down';
    this.#options.log.warn({ rembg: this.name, err: error }, 'a rembg server is down');
    void this.#revive();
  }

  /** Probes and warms up until the server can be used; ends early when the pool closes. */
  async #revive(): Promise<void> {
    const { times, closed, log, onReady } = this.#options;
    for (let pause = times.probeEveryMs; !closed.aborted; pause = Math.min(pause * 2, times.probeEveryMaxMs)) {
      try {
        await this.#tryToUse();
        this.#failures = 0;
        this.state = 'ready';
        log.info({ rembg: this.name }, 'a rembg server is ready');
        return onReady();
      } catch (error) {
        if (closed.aborted) return;
        if (this.state === 'starting') log.warn({ rembg: this.name, err: error }, 'a rembg server cannot be used yet');
        this.state = 'down';
      }
      await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: closed }).catch(() => undefined);
    }
  }

  async #tryToUse(): Promise<void> {
    const { url, dispatcher, times, warmUp, closed } = this.#options;
    await probe(url, dispatcher, { timeoutMs: times.probeMs, signal: closed });
    await requestMask(url, dispatcher, { ...warmUp, timeoutMs: times.warmUpMs, signal: closed });
  }
}
