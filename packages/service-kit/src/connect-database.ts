import { Kysely, MysqlDialect } from 'kysely';
import { createPool, type Pool } from 'mysql2';
import { recordQuery } from './telemetry/database-spans.ts';

/** Where the database is and how many connections to hold. */
export type DatabaseOptions = {
  url: string;
  poolSize: number;
  /** How long a statement waits for a row that another transaction holds; default: the server's, 50 s. */
  lockWaitSeconds?: number;
};

/** Opens a typed connection pool to MySQL or MariaDB; see {@link connectPool}. */
export function connectDatabase<Schema>(options: DatabaseOptions): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new MysqlDialect({ pool: connectPool(options) }), log: recordQuery });
}

/**
 * Opens a connection pool to MySQL or MariaDB. Connections are made on use: the call succeeds while the database
 * is down. Times are UTC; sessions read committed rows (short transactions, fewer deadlocks).
 */
export function connectPool({ url, poolSize, lockWaitSeconds }: DatabaseOptions): Pool {
  const pool = createPool({
    uri: url,
    connectionLimit: poolSize,
    waitForConnections: true,
    connectTimeout: 5_000,
    enableKeepAlive: true,
    timezone: 'Z',
    supportBigNumbers: true,
    charset: 'utf8mb4_unicode_ci',
  });
  pool.on('connection', (connection) => {
    connection.query("SET time_zone = '+00:00'", ignoreDeadConnection);
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', ignoreDeadConnection);
    if (lockWaitSeconds !== undefined) {
      connection.query(`SET SESSION innodb_lock_wait_timeout = ${Number(lockWaitSeconds)}`, ignoreDeadConnection);
    }
  });
  return pool;
}

function ignoreDeadConnection(): void {
  // The query that follows on the same connection fails with the same error and reports it.
}

const TRANSIENT = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
]);

/** Whether a database error can pass: lost connections, restarts, deadlocks, lock waits. */
export function isTransientDatabaseError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, fatal } = error as Error & { code?: string; fatal?: boolean };
  if (code !== undefined && TRANSIENT.has(code)) return true;
  return fatal === true && code === undefined;
}
