import type { Logger } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import type { FetchDatabase } from '../store/fetch-schema.ts';

/** Time between two looks, in milliseconds. */
const EVERY_MS = 600_000;
const DAY_MS = 86_400_000;
/** Longer than any job can be retried: its events are gone after 14 days. */
const RUNS_MS = 30 * DAY_MS;
/** What was refused, without what is personal. */
const REJECTS_MS = 90 * DAY_MS;
/** Rows a statement, so that none holds locks for long. */
const BATCH = 500;

/**
 * Removes kept answers and the sealed form of refused rows that are older than `rawTtlMs`, and notes that nobody needs any
 * more. Answers how many rows that were.
 */
export async function sweep(db: Kysely<FetchDatabase>, rawTtlMs: number, now = Date.now()): Promise<number> {
  const raw = new Date(now - rawTtlMs);
  const batch = sql.lit(BATCH);
  const statements = [
    sql`DELETE FROM fetch_raw WHERE created_at < ${raw} LIMIT ${batch}`,
    sql`UPDATE fetch_rejects SET sealed = NULL WHERE created_at < ${raw} AND sealed IS NOT NULL LIMIT ${batch}`,
    sql`DELETE FROM fetch_rejects WHERE created_at < ${new Date(now - REJECTS_MS)} LIMIT ${batch}`,
    sql`DELETE FROM fetch_windows WHERE committed_at < ${new Date(now - RUNS_MS)} LIMIT ${batch}`,
    sql`DELETE FROM fetch_runs WHERE created_at < ${new Date(now - RUNS_MS)} LIMIT ${batch}`,
  ];
  let removed = 0;
  for (const statement of statements) {
    for (let count = BATCH; count >= BATCH; removed += count) {
      count = Number((await statement.execute(db)).numAffectedRows ?? 0n);
    }
  }
  return removed;
}

/** Sweeps now and every ten minutes until stopped; a sweep that fails is logged, and the next one follows. */
export function keepSweeping(db: Kysely<FetchDatabase>, rawTtlMs: number, log: Logger): { stop: () => void } {
  const now = () =>
    void sweep(db, rawTtlMs).then(
      (removed) => removed > 0 && log.info({ removed }, 'removed kept answers and notes that are too old'),
      (err: unknown) => log.warn({ err }, 'old answers could not be removed'),
    );
  now();
  const timer = setInterval(now, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
