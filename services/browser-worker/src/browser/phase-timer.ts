import { inSpan } from '@lanekeeper/service-kit';
import type { BrowserTimings } from './browser-run.ts';

/** Parts with a span of their own; `use` has its steps. */
const SPANS: Readonly<Partial<Record<keyof BrowserTimings, string>>> = {
  start: 'start browser',
  evidence: 'keep evidence',
  close: 'close browser',
};

/** Measures the parts of an operation. */
export class PhaseTimer {
  readonly timings: BrowserTimings = { start: 0, use: 0, evidence: 0, close: 0 };

  /** Adds the time of one act to its part, however the act ends. */
  async time<T>(part: keyof BrowserTimings, act: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const span = SPANS[part];
    try {
      return await (span ? inSpan(span, {}, act) : act());
    } finally {
      this.timings[part] += Math.round(performance.now() - began);
    }
  }
}
