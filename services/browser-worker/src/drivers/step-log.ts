import { inSpan } from '@lanekeeper/service-kit';

/** A finished step: what it was and how long it took. */
export interface StepTiming {
  name: string;
  /** Milliseconds, rounded. */
  ms: number;
  /** Set when the step threw. */
  failed?: true;
}

/** Runs an operation's steps by name and keeps how long each took; drivers do nothing outside a step. */
export interface Steps {
  /** Runs one step and passes on its result or its error. */
  run<T>(name: string, act: () => Promise<T>): Promise<T>;
  /** The steps so far, in order, a failed one included. */
  readonly timings: readonly StepTiming[];
}

/** Told about steps as they happen: for progress, timelines, and faults in tests. */
export interface StepListener {
  /** Before the step does anything; when it throws or rejects, the step is not done and fails with that. */
  onStart?(name: string): void | Promise<void>;
  onEnd?(timing: StepTiming): void;
}

/** The one implementation of {@link Steps}. Each step is a span by its name: names are the same for all jobs. */
export class StepLog implements Steps {
  readonly #timings: StepTiming[] = [];
  readonly #listener: StepListener;

  constructor(listener: StepListener = {}) {
    this.#listener = listener;
  }

  get timings(): readonly StepTiming[] {
    return this.#timings;
  }

  async run<T>(name: string, act: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      const result = await inSpan(
        name,
        {},
        async () => {
          await this.#listener.onStart?.(name);
          return act();
        },
        'client',
      );
      this.#keep({ name, ms: Math.round(performance.now() - began) });
      return result;
    } catch (error) {
      this.#keep({ name, ms: Math.round(performance.now() - began), failed: true });
      throw error;
    }
  }

  #keep(timing: StepTiming): void {
    this.#timings.push(timing);
    this.#listener.onEnd?.(timing);
  }
}
