import { type Backoff, type ChunkLimits, pause } from '@lanekeeper/service-kit';
import { takeChunk } from './take-chunk.ts';

/** What a {@link BatchWriter} needs to know of its rows. */
export type BatchWriterOptions<Row, Outcome> = {
  /** Writes rows in one statement; answers the outcome of each, in order. */
  write: (rows: readonly Row[]) => Promise<readonly Outcome[]>;
  /** Bytes that a row takes in the statement. */
  sizeOf: (row: Row) => number;
  /** Read before each statement. */
  limits: () => Promise<ChunkLimits>;
  /** Whether writing again can help. */
  canPass: (error: unknown) => boolean;
  /** Whether it may have failed for its size: the server can just drop the connection then. */
  mayBeTooLarge: (error: unknown) => boolean;
  /** Waits between tries. */
  backoff: Backoff;
};

type Entry<Row, Outcome> = {
  row: Row;
  signal: AbortSignal;
  resolve: (outcome: Outcome) => void;
  reject: (reason: unknown) => void;
};

/**
 * Gathers rows that are written at the same time into few statements: while one is under way the next one fills. A
 * lone row is written at once. A statement that fails is written again while its error can pass. What may have been too
 * large, or cannot pass, is written by halves, so that one row that can never be written fails alone.
 */
export class BatchWriter<Row, Outcome> {
  readonly #options: BatchWriterOptions<Row, Outcome>;
  #queue: Entry<Row, Outcome>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: BatchWriterOptions<Row, Outcome>) {
    this.#options = options;
  }

  /**
   * Writes one row; waits as long as it takes, also for a database that is down, until the signal aborts.
   * @throws the row's own error that cannot pass; the signal's reason.
   */
  write(row: Row, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const entry = { row, signal, resolve, reject };
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#queue.push(entry);
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return promise.finally(() => signal.removeEventListener('abort', abort));
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const waiting = this.#queue;
      this.#queue = [];
      await this.#writeAll(waiting, 1);
    }
  }

  /** Writes entries in chunks. Never throws: each entry gets its outcome or its error. */
  async #writeAll(entries: readonly Entry<Row, Outcome>[], tries: number): Promise<void> {
    let rest = entries.filter(({ signal }) => !signal.aborted);
    while (rest.length > 0) {
      try {
        const limits = await this.#options.limits();
        const chunk = takeChunk(rest, ({ row }) => this.#options.sizeOf(row), limits);
        rest = rest.slice(chunk.length);
        await this.#writeChunk(chunk, tries);
      } catch (error) {
        const again = rest;
        rest = [];
        await this.#recover(again, error, tries);
      }
      rest = rest.filter(({ signal }) => !signal.aborted);
    }
  }

  async #writeChunk(chunk: readonly Entry<Row, Outcome>[], tries: number): Promise<void> {
    try {
      const outcomes = await this.#options.write(chunk.map(({ row }) => row));
      chunk.forEach(({ resolve }, at) => {
        resolve(outcomes[at] as Outcome);
      });
    } catch (error) {
      await this.#recover(chunk, error, tries);
    }
  }

  async #recover(entries: readonly Entry<Row, Outcome>[], error: unknown, tries: number): Promise<void> {
    const passes = this.#options.canPass(error);
    if (!passes && entries.length === 1) {
      entries[0]?.reject(error);
      return;
    }
    if (passes) await this.#pauseFor(entries, tries);
    if (passes && !this.#options.mayBeTooLarge(error)) return await this.#writeAll(entries, tries + 1);
    const middle = Math.ceil(entries.length / 2);
    await this.#writeAll(entries.slice(0, middle), tries + 1);
    await this.#writeAll(entries.slice(middle), tries + 1);
  }

  /** Pauses, but not beyond the time when nobody waits any more. */
  async #pauseFor(entries: readonly Entry<Row, Outcome>[], tries: number): Promise<void> {
    const nobody = new AbortController();
    const check = () => {
      if (entries.every(({ signal }) => signal.aborted)) nobody.abort();
    };
    for (const { signal } of entries) signal.addEventListener('abort', check, { once: true });
    check();
    try {
      await pause(tries, this.#options.backoff, nobody.signal);
    } catch {
      // Nobody waits any more: writeAll leaves the aborted entries out.
    } finally {
      for (const { signal } of entries) signal.removeEventListener('abort', check);
    }
  }
}
