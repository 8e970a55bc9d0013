import { type FetchData, jobErrors } from '@lanekeeper/contracts';
import { addFetchLog, type FetchLog } from '@lanekeeper/dealers';
import type { DgiWindow } from '@lanekeeper/dgi';
import { type HandlerContext, isLanesError, JobFailure, type JobInput } from '@lanekeeper/lanes';
import { isTransientDatabaseError, retry } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import type { FetchDatabase } from '../store/fetch-schema.ts';
import type { DoneWindow } from '../store/runs.ts';
import { DATABASE_BACKOFF } from '../store/store-window.ts';

/** A log that cannot be written does not keep the job from ending. */
const MAX_TRIES = 5;

/** What a job has come to so far, noted in `fetch_logs` when its attempt ends. Counts include earlier attempts. */
export class AttemptLog {
  readonly #db: Kysely<FetchDatabase>;
  readonly #job: JobInput<FetchData>;
  readonly #context: HandlerContext;
  readonly #startedAt = new Date();
  readonly #done = new Map<number, DoneWindow>();
  #windows: readonly DgiWindow[] = [];

  constructor(db: Kysely<FetchDatabase>, job: JobInput<FetchData>, context: HandlerContext) {
    this.#db = db;
    this.#job = job;
    this.#context = context;
  }

  /** What is to be read, and what earlier attempts have stored of it. */
  begin(windows: readonly DgiWindow[], earlier: readonly DoneWindow[]): void {
    this.#windows = windows;
    for (const window of earlier) this.add(window);
  }

  /** A window is done. */
  add(window: DoneWindow): void {
    this.#done.set(window.position, window);
  }

  /** Whether a window is done. */
  has(position: number): boolean {
    return this.#done.has(position);
  }

  /** How many windows are done. */
  get size(): number {
    return this.#done.size;
  }

  /** Where the range begins. */
  get fromTime(): string {
    return this.#windows[0]?.from ?? '';
  }

  /** Where the range ends. */
  get toTime(): string {
    return this.#windows.at(-1)?.to ?? '';
  }

  /** Sums over the windows that are done. */
  get counts(): Omit<DoneWindow, 'position'> {
    const sum = { inserted: 0, updated: 0, unchanged: 0, rejected: 0, requests: 0 };
    for (const window of this.#done.values()) {
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += window[name];
    }
    return sum;
  }

  /** Notes a success. */
  async completed(): Promise<void> {
    await this.#write({ status: 'completed', error_code: null, error_message: null });
  }

  /** Notes a failure. An attempt that was only interrupted, to go on elsewhere, is not over. */
  async failed(error: unknown): Promise<void> {
    const { signal } = this.#context;
    const timedOut = isLanesError(signal.reason, 'TIMED_OUT');
    if (signal.aborted && !timedOut) return;
    const code = timedOut ? 'TIMEOUT' : error instanceof JobFailure ? error.code : 'HANDLER_ERROR';
    const message = error instanceof JobFailure ? error.message : jobErrors[code as keyof typeof jobErrors].meaning;
    await this.#write({ status: 'failed', error_code: code, error_message: message });
  }

  async #write(outcome: Pick<FetchLog, 'status' | 'error_code' | 'error_message'>): Promise<void> {
    const { jobId, data } = this.#job;
    const log: FetchLog = {
      job_id: jobId,
      attempt: this.#context.attempt,
      dealer_id: data.dealerId,
      fetch_type: data.fetchType,
      from_time: this.fromTime || (data.fromTime ?? null),
      to_time: this.toTime || (data.toTime ?? null),
      windows: this.#windows.length,
      ...this.counts,
      validate_only: Number(data.validateOnly ?? false),
      started_at: this.#startedAt,
      ended_at: new Date(),
      ...outcome,
    };
    const again = { canPass: isTransientDatabaseError, backoff: DATABASE_BACKOFF, maxTries: MAX_TRIES };
    // Not the attempt's own signal: it may be the timeout that is to be noted.
    const { signal } = new AbortController();
    try {
      await retry(() => addFetchLog(this.#db as unknown as Parameters<typeof addFetchLog>[0], log), {
        ...again,
        signal,
      });
    } catch (err) {
      this.#context.log.warn({ err }, 'the attempt could not be noted in fetch_logs');
    }
  }
}
