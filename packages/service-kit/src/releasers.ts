import type { Logger } from './logger.ts';

type Release = { name: string; release: () => unknown };

/**
 * What a service must let go of when it stops, in reverse order of acquisition. Works also when the start failed half
 * way: what was acquired until then is released.
 */
export class Releasers {
  readonly #stack: Release[] = [];
  #running: Promise<void> | undefined;
  #releasing: string | undefined;
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Registers a release under a name for the log. */
  add(name: string, release: () => unknown): void {
    this.#stack.push({ name, release });
  }

  /** What is being released right now. */
  get releasing(): string | undefined {
    return this.#releasing;
  }

  /** Releases all, last in first out, once; a failing release is logged and does not keep the others from theirs. */
  releaseAll(): Promise<void> {
    this.#running ??= this.#release();
    return this.#running;
  }

  async #release(): Promise<void> {
    for (let next = this.#stack.pop(); next; next = this.#stack.pop()) {
      this.#releasing = next.name;
      try {
        await next.release();
      } catch (error) {
        this.#log.error({ err: error, resource: next.name }, 'could not release a resource');
      }
    }
  }
}
