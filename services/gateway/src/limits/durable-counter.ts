import { RateLimiterMemory, RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Counter, Limit } from './rate-limits.ts';

/** Longest wait for the database before a request is counted in memory, in milliseconds. */
const PATIENCE_MS = 2_000;
/** How long to leave a failing database alone, in milliseconds. */
const PAUSE_MS = 5_000;

/** The table of counters and the pool it is reached through. */
export type CounterStore = { pool: unknown; database: string; table: string; ready: () => boolean };

/**
 * Counts in the database, so that a limit holds over replicas and restarts. While the database is away each replica
 * counts in its own memory: submitting must not depend on the database, and still has a limit.
 * @param onFailure gets the error whenever counting falls back to memory.
 */
export function durableCounter(
  kind: string,
  { requests, seconds }: Limit,
  store: CounterStore,
  onFailure: (error: unknown) => void,
): Counter {
  const common = { keyPrefix: kind, points: requests, duration: seconds };
  const memory = new RateLimiterMemory(common);
  const durable = new RateLimiterMySQL({
    ...common,
    storeClient: store.pool,
    storeType: 'pool',
    dbName: store.database,
    tableName: store.table,
    tableCreated: true,
  });
  let pausedUntil = 0;
  const preferDurable = async <T>(ask: (counter: Counter) => Promise<T>): Promise<T> => {
    if (!store.ready() || Date.now() < pausedUntil) return ask(memory);
    try {
      return await withPatience(ask(durable));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      pausedUntil = Date.now() + PAUSE_MS;
      onFailure(error);
      return ask(memory);
    }
  };
  return {
    consume: (key) => preferDurable((counter) => counter.consume(key)),
    reward: (key) => preferDurable((counter) => counter.reward(key)),
  };
}

async function withPatience<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
