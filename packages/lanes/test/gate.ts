/** Opens when it was passed so many times. */
export class Gate {
  /** Resolves when the gate opens. */
  readonly open: Promise<void>;
  #left: number;
  #resolve!: () => void;

  constructor(passes: number) {
    this.#left = passes;
    this.open = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Counts one pass. */
  pass(): void {
    if (--this.#left === 0) this.#resolve();
  }
}
