import { setTimeout as delay } from 'node:timers/promises';
import { connectPool, type Logger, migrate } from '@lanekeeper/service-kit';
import { Kysely, MysqlDialect, sql } from 'kysely';
import type { GatewayConfig } from '../config.ts';
import { type CounterStore, durableCounter } from './durable-counter.ts';
import { gatewayMigrations, LIMITS_TABLE } from './limits-table.ts';
import {
  type Counter,
  type Limit,
  type LimitKind,
  limitFrom,
  limitKinds,
  noLimits,
  type RateLimits,
  rateLimits,
} from './rate-limits.ts';

/** Time between tries to prepare the database, in milliseconds. */
const RETRY_MS = 2_000;

/** The rate limits with their connection to the database. */
export type OpenLimits = {
  rateLimits: RateLimits;
  /** Why the database cannot be used now; undefined when it can. */
  missing: () => Promise<string | undefined>;
  close: () => Promise<void>;
};

/** Opens the rate limits of a configuration. The table is made in the background, as soon as the database is there. */
export function openLimits(config: GatewayConfig, log: Logger): OpenLimits {
  const pool = connectPool({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL });
  const db = new Kysely<never>({ dialect: new MysqlDialect({ pool }) });
  const closing = new AbortController();
  let ready = false;
  const prepared = prepare(db, log, closing.signal).then((done) => {
    ready = done;
  });
  const database = decodeURIComponent(new URL(config.DATABASE_URL).pathname.slice(1));
  const store = { pool, database, table: LIMITS_TABLE, ready: () => ready };
  return {
    rateLimits: config.RATE_LIMIT === 'off' ? noLimits : limitsOver(store, settingsOf(config), log),
    async missing() {
      await sql`select 1`.execute(db);
      return ready ? undefined : 'its tables are not ready';
    },
    async close() {
      closing.abort();
      await prepared;
      await db.destroy();
    },
  };
}

function limitsOver(store: CounterStore, limits: Record<LimitKind, Limit>, log: Logger): RateLimits {
  const onFailure = (err: unknown) => log.warn({ err }, 'requests are counted in memory: the database is away');
  const counters = Object.fromEntries(
    limitKinds.map((kind) => [kind, durableCounter(kind, limits[kind], store, onFailure)]),
  ) as Record<LimitKind, Counter>;
  return rateLimits(limits, counters);
}

function settingsOf(config: GatewayConfig): Record<LimitKind, Limit> {
  return {
    removal: limitFrom(config.RATE_LIMIT_REMOVAL),
    image: limitFrom(config.RATE_LIMIT_IMAGE),
    bulk: limitFrom(config.RATE_LIMIT_BULK),
    client: limitFrom(config.RATE_LIMIT_CLIENT),
  };
}

/** Makes the tables, trying until it succeeds; false when stopped before. */
async function prepare(db: Kysely<never>, log: Logger, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await migrate(db, 'gateway', gatewayMigrations, log);
      return true;
    } catch (err) {
      log.warn({ err }, 'the database is not ready yet');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}
