import type { BrowserTimings } from './browser-run.ts';

/** Measures the parts of an operation. */
export class PhaseTimer {
  readonly timings: BrowserTimings = { start: 0, use: 0, evidence: 0, close: 0 };

  /** Adds the time of one act to its part, however the act ends. */
  async time<T>(part: keyof BrowserTimings, act: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await act();
    } finally {
      this.timings[part] += Math.round(performance.now() - began);
    }
  }
}
