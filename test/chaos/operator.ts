import { setTimeout as sleep } from 'node:timers/promises';
import { type Lanes, LanesError } from '@lanekeeper/lanes';
import { pick } from './seeded-random.ts';

/** Whom the operator meddles with. Times in milliseconds. */
export type OperatorOptions = {
  lanes: Lanes;
  /** The workload of a lane. */
  workloadOf: (lane: string) => string;
  random: () => number;
  /** Accepted jobs by lane, as they grow. */
  submitted: ReadonlyMap<string, readonly string[]>;
  /** The jobs that run. */
  running: () => readonly { jobId: string; lane: string }[];
  everyMs: number;
  report: (line: string) => void;
};

/** What an operator did. */
export type OperatorRecord = {
  /** Jobs of which the engine said that they are cancelled. */
  cancelled: string[];
  /** Jobs that were running and of which the engine said that they will be cancelled, and when (ms since the epoch). */
  forced: { jobId: string; at: number }[];
  counts: Record<string, number>;
};

/** The last commands of a lane that are likely to wait still. */
const RECENT = 30;
const LONGEST_PAUSE_MS = 3_000;

/**
 * An operator who cancels jobs, queued and running, and pauses and resumes lanes, at random and at the worst of times.
 * Leaves no lane paused.
 */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #pauses: Promise<void>[] = [];
  readonly record: OperatorRecord = { cancelled: [], forced: [], counts: {} };

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Works until aborted, then resumes what is paused. */
  async work(signal: AbortSignal): Promise<void> {
    const { random, everyMs, submitted } = this.#options;
    while (!signal.aborted) {
      await sleep(everyMs * (0.5 + random()));
      if (submitted.size === 0) continue;
      if (random() < 0.8) await this.#cancel();
      else this.#pauses.push(this.#pause());
    }
    await Promise.all(this.#pauses);
  }

  async #cancel(): Promise<void> {
    const { lanes, random, running, workloadOf } = this.#options;
    const force = random() < 0.5;
    const candidates = force ? running() : [];
    const { lane, jobId } = candidates.length > 0 ? pick(random, candidates) : this.#aRecentJob();
    try {
      const { state } = await lanes.cancel({ jobId, workload: workloadOf(lane), lane }, { force, reason: 'chaos' });
      this.#count(state);
      if (state === 'cancelled') this.record.cancelled.push(jobId);
      else this.record.forced.push({ jobId, at: Date.now() });
    } catch (error) {
      if (!(error instanceof LanesError)) throw error;
      this.#count(`cancel ${error.code}`);
    }
  }

  #aRecentJob(): { lane: string; jobId: string } {
    const { random, submitted } = this.#options;
    const lane = pick(random, [...submitted.keys()]);
    return { lane, jobId: pick(random, (submitted.get(lane) ?? []).slice(-RECENT)) };
  }

  async #pause(): Promise<void> {
    const { lanes, random, report, submitted, workloadOf } = this.#options;
    const lane = pick(random, [...submitted.keys()]);
    const workload = workloadOf(lane);
    const ms = random() * LONGEST_PAUSE_MS;
    await persistently(() => lanes.pause({ workload, lane }, 'chaos'));
    this.#count('paused');
    report(`pause ${lane} ${Math.round(ms)} ms`);
    await sleep(ms);
    await persistently(() => lanes.resume({ workload, lane }));
  }

  #count(what: string): void {
    this.record.counts[what] = (this.record.counts[what] ?? 0) + 1;
  }
}

async function persistently(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof LanesError) || !error.retryable) throw error;
      await sleep(100);
    }
  }
}
