/** A turn may last this many times longer than the commands in it may run: short commands are mostly waited for. */
const OVERHEAD = 12;

/**
 * How much of its lane a turn may serve while other lanes wait: until its commands have run for `sliceMs`, or twelve times
 * that have passed in all. When no other lane waits, a new slice begins.
 */
export class Slice {
  readonly #sliceMs: number;
  readonly #now: () => number;
  #since: number;
  #ranMs = 0;

  constructor(sliceMs: number, now = () => performance.now()) {
    this.#sliceMs = sliceMs;
    this.#now = now;
    this.#since = now();
  }

  /** Counts what a command took, in milliseconds. */
  ran(ms: number): void {
    this.#ranMs += ms;
  }

  /** What is left of the slice, if a command runs all the time, in milliseconds. */
  get leftMs(): number {
    const sinceMs = this.#now() - this.#since;
    return Math.max(0, Math.min(this.#sliceMs - this.#ranMs, this.#sliceMs * OVERHEAD - sinceMs));
  }

  /** Whether the slice is used up. */
  get over(): boolean {
    return this.leftMs === 0;
  }

  /** Begins the next one. */
  renew(): void {
    this.#since = this.#now();
    this.#ranMs = 0;
  }
}
