import { setTimeout as delay } from 'node:timers/promises';
import { connectPool, type Logger, type Migrations, migrate } from '@lanekeeper/service-kit';
import { Kysely, MysqlDialect, sql } from 'kysely';
import type { Pool } from 'mysql2';
import type { GatewayConfig } from './config.ts';

/** Time between tries to prepare the database, in milliseconds. */
const RETRY_MS = 2_000;

/** The gateway's connection to the database. */
export type GatewayDatabase = {
  pool: Pool;
  db: Kysely<never>;
  /** Whether the tables are there. */
  ready: () => boolean;
  /** Why the database cannot be used now; undefined when it can. */
  missing: () => Promise<string | undefined>;
  close: () => Promise<void>;
};

/** Opens the database. Its tables, by owner, are made in the background, as soon as it is there. */
export function openDatabase(
  config: Pick<GatewayConfig, 'DATABASE_URL' | 'DATABASE_POOL'>,
  migrations: Readonly<Record<string, Migrations>>,
  log: Logger,
): GatewayDatabase {
  const pool = connectPool({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL });
  const db = new Kysely<never>({ dialect: new MysqlDialect({ pool }) });
  const closing = new AbortController();
  let ready = false;
  const prepared = prepare(db, migrations, log, closing.signal).then((done) => {
    ready = done;
  });
  return {
    pool,
    db,
    ready: () => ready,
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

/** Makes the tables, trying until it succeeds; false when stopped before. */
async function prepare(
  db: Kysely<never>,
  migrations: Readonly<Record<string, Migrations>>,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      for (const [owner, ofOwner] of Object.entries(migrations)) await migrate(db, owner, ofOwner, log);
      return true;
    } catch (err) {
      log.warn({ err }, 'the database is not ready yet');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}
