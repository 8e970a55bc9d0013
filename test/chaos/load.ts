import { setTimeout as sleep } from 'node:timers/promises';
import { type Lanes, LanesError } from '@lanekeeper/lanes';
import { chaosJob, laneName } from './chaos-jobs.ts';

/** What to submit. Times in milliseconds. */
export type LoadOptions = {
  lanes: Lanes;
  random: () => number;
  laneCount: number;
  commands: number;
  /** Over how long the commands are submitted. */
  submitMs: number;
  /** How long commands take; default mostly short, a few slow. */
  commandMs?: (random: () => number) => number;
  /** No command fails at first or is to start later. */
  calm: boolean;
};

/** Commands that are submitted singly and in bulks to random lanes, and which of them were accepted. */
export class Load {
  readonly #options: LoadOptions;
  /** Accepted jobs per lane, in the order in which their submits were acknowledged. */
  readonly submitted = new Map<string, string[]>();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Submits everything, spread over the time. */
  submitAll(): Promise<void> {
    const { commands } = this.#options;
    return this.#submitWhile((sent) => commands - sent);
  }

  /** Goes on at the same rate until aborted, however many commands that makes. */
  submitUntil(signal: AbortSignal): Promise<void> {
    return this.#submitWhile(() => (signal.aborted ? 0 : Number.POSITIVE_INFINITY));
  }

  /** `left`: how many commands may still be sent when so many are. */
  async #submitWhile(left: (sent: number) => number): Promise<void> {
    const { commands, laneCount, submitMs, random, calm, commandMs = mostlyShort } = this.#options;
    const startedAt = Date.now();
    const next = new Array<number>(laneCount).fill(0);
    for (let sent = 0; left(sent) > 0; ) {
      const bulk = random() < 0.5 ? 1 : Math.min(left(sent), 1 + Math.floor(random() * 60));
      const jobs = Array.from({ length: bulk }, () => {
        const lane = Math.floor(random() * laneCount);
        const n = next[lane] ?? 0;
        next[lane] = n + 1;
        return chaosJob(random, laneName(lane), n, commandMs(random), calm);
      });
      await this.#submitUntilAccepted(jobs, `submit-${sent}`);
      sent += bulk;
      await sleep(Math.max(0, startedAt + (sent / commands) * submitMs - Date.now()));
    }
  }

  /** Repeats an unconfirmed submit under its key, as a client would. */
  async #submitUntilAccepted(jobs: Parameters<Lanes['submit']>[0], key: string): Promise<void> {
    for (;;) {
      try {
        const { jobs: accepted } = await this.#options.lanes.submit(jobs, {
          idempotency: { scope: 'chaos', key, fingerprint: key },
        });
        for (const { lane, jobId } of accepted) {
          this.submitted.set(lane, [...(this.submitted.get(lane) ?? []), jobId]);
        }
        return;
      } catch (error) {
        if (!(error instanceof LanesError) || !error.retryable) throw error;
        await sleep(100);
      }
    }
  }
}

/** Most commands are short, a few are slow. */
function mostlyShort(random: () => number): number {
  return random() < 0.02 ? 400 + Math.floor(random() * 400) : Math.floor(random() * 12);
}
