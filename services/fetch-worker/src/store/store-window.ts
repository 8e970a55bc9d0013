import type { DgiModule, DgiWindow, RowOutcome } from '@lanekeeper/dgi';
import {
  type Backoff,
  type ChunkLimits,
  isTransientDatabaseError,
  retry,
  type SecretBox,
} from '@lanekeeper/service-kit';
import { type Kysely, sql, type Transaction } from 'kysely';
import { tablesOf } from '../tables/table-plan.ts';
import { chunksOf, forEachChunk } from './chunks.ts';
import type { FetchDatabase } from './fetch-schema.ts';
import { addRejects, type RejectsOf, toReject } from './rejects.ts';
import { isDuplicate } from './row-fault.ts';
import { addWindow, type DoneWindow, findWindow, lockRun } from './runs.ts';
import { storeRows } from './store-rows.ts';

/** One answered window of a job. */
export type WindowToStore = {
  readonly jobId: string;
  readonly holder: string;
  readonly dealerId: string;
  readonly module: DgiModule;
  readonly position: number;
  readonly window: DgiWindow;
  readonly requests: number;
  /** The rows from the beginning: they are read again when the transaction has to be repeated. */
  readonly outcomes: () => Iterable<RowOutcome>;
};

/** What storing takes. */
export type StoreParts = {
  readonly db: Kysely<FetchDatabase>;
  readonly box: SecretBox;
  readonly limits: () => Promise<ChunkLimits>;
};

/** What the job's attempt adds. The hooks run inside the transaction, and their errors undo it. */
export type StoreContext = {
  readonly signal: AbortSignal;
  /** Before anything is written; the job is locked. */
  readonly onLocked?: () => Promise<void>;
  /** All is written and nothing committed: proves that the attempt still owns the job. */
  readonly beforeCommit: () => Promise<void>;
};

/** Waits between tries: a database that is back is noticed within two seconds. */
export const DATABASE_BACKOFF: Backoff = { firstMs: 100, maxMs: 2_000 };

/**
 * The server ends a transaction of ours that says nothing for so long: a process that hangs must not hold the job's lock, for
 * which the attempt after it waits. Longer than the longest pause between two statements, reading the keys of a huge answer.
 */
const SILENCE_SECONDS = 60;

/**
 * Stores the rows of one window and notes that it is done, in one transaction. A deadlock, a lock that is not to be had, and
 * a database that goes away undo all of it; then it is done again, until the signal aborts. Done twice it changes nothing: a
 * window that is noted already is left alone.
 * @throws Superseded when another attempt has taken the job over; the signal's reason.
 */
export async function storeWindow(parts: StoreParts, job: WindowToStore, context: StoreContext): Promise<DoneWindow> {
  const canPass = (error: unknown) => isTransientDatabaseError(error) || isDuplicate(error);
  const { signal } = context;
  return await retry(
    async () => {
      const limits = await parts.limits();
      return await inTransaction(parts.db, (transaction) => store(transaction, parts, limits, job, context));
    },
    { canPass, backoff: DATABASE_BACKOFF, signal },
  );
}

function inTransaction<T>(db: Kysely<FetchDatabase>, act: (db: Transaction<FetchDatabase>) => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql`SET SESSION wait_timeout = ${sql.lit(SILENCE_SECONDS)}`.execute(connection);
    const result = await connection.transaction().execute(act);
    // An error that leaves the connection alive leaves it with the short patience, which harms nobody.
    await sql`SET SESSION wait_timeout = DEFAULT`.execute(connection);
    return result;
  });
}

async function store(
  db: Transaction<FetchDatabase>,
  { box }: StoreParts,
  limits: ChunkLimits,
  job: WindowToStore,
  { signal, onLocked, beforeCommit }: StoreContext,
): Promise<DoneWindow> {
  const { jobId, holder, module, dealerId, position } = job;
  await lockRun(db, jobId, holder);
  // The connection may have been lost after a commit that did happen.
  const known = await findWindow(db, jobId, position);
  if (known !== undefined) return known;
  await onLocked?.();
  const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
  const rows = { tables: tablesOf(module), dealerId, jobId, limits };
  await forEachChunk(chunksOf(job.outcomes(), limits), async (chunk) => {
    signal.throwIfAborted();
    const stored = await storeRows(db, rows, chunk.rows);
    const rejects = [...chunk.rejects, ...stored.refused].map(toReject);
    const of: RejectsOf = { jobId, position, dealerId, module };
    if (rejects.length > 0) await addRejects(db, of, rejects, { box, limits });
    counts.inserted += stored.inserted;
    counts.updated += stored.updated;
    counts.unchanged += stored.unchanged;
    counts.rejected += rejects.length;
  });
  const done = { ...counts, position, requests: job.requests };
  await addWindow(db, jobId, job.window, done);
  signal.throwIfAborted();
  await beforeCommit();
  return done;
}
