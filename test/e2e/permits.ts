/** Lets through as many as it was told to, in the order they came; the others wait. */
export class Permits {
  #left = 0;
  readonly #waiting: (() => void)[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when it is one's turn. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#serve();
    return promise;
  }

  /** Lets so many more through. */
  give(count: number): void {
    this.#left += count;
    this.#serve();
  }

  #serve(): void {
    while (this.#left > 0 && this.#waiting.length > 0) {
      this.#left--;
      this.#waiting.shift()?.();
    }
  }
}
