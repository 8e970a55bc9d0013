import type { Migrations } from '@lanekeeper/service-kit';
import { type Generated, type Kysely, sql } from 'kysely';

/** Dealers and how to reach the server that has their data. Key and secret are sealed (SecretBox), bound to row and column. */
export type DealersTable = {
  id: Generated<number>;
  /** The national code. */
  dealer_id: string;
  dealer_name: string;
  is_active: number;
  base_url: string;
  environment: 'live' | 'sandbox';
  token_separator: string;
  /** IANA zone of the server's clock. */
  time_zone: string;
  /** Name under which the server takes the sales order filter of `prsl`. */
  prsl_filter: 'noPO' | 'noSO';
  /** Requests a day that the credential may send; null: no limit. */
  quota_per_day: number | null;
  /** Least time between two requests of the credential, in milliseconds. */
  min_interval_ms: number;
  api_key: string;
  secret_key: string;
  /** Digest of server and key: dealers that share a credential share its quota. */
  credential_digest: string;
  created_at: Date;
};

/** What a credential has used of its quota. */
export type DealerRequestUsageTable = { credential_digest: string; day: string; count: number; last_at: number };

/** One row for each attempt of a fetch job that ended. */
export type FetchLogsTable = {
  job_id: string;
  attempt: number;
  dealer_id: string;
  fetch_type: string;
  from_time: string | null;
  to_time: string | null;
  status: 'completed' | 'failed';
  windows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  requests: number;
  validate_only: number;
  error_code: string | null;
  error_message: string | null;
  started_at: Date;
  ended_at: Date;
};

/** When to fetch what by itself. */
export type FetchSchedulesTable = {
  id: string;
  dealer_id: string;
  fetch_type: string;
  cron: string;
  time_zone: string;
  /** How far back each fetch looks, in minutes. */
  lookback_minutes: number;
  is_active: number;
  /** The tick that was dealt with last; before the first one, when the schedule was made. */
  last_due_at: Date;
  /** The job of the last tick that was not skipped. */
  last_job_id: string | null;
  last_outcome: 'submitted' | 'skipped' | null;
  created_at: Date;
};

/** Until when finished jobs are hidden from a queue's view. */
export type FetchClearingsTable = { scope: string; cleared_at: Date };

/** The tables of the dealers part. */
export type DealersDatabase = {
  dealers: DealersTable;
  dealer_request_usage: DealerRequestUsageTable;
  fetch_logs: FetchLogsTable;
  fetch_schedules: FetchSchedulesTable;
  fetch_clearings: FetchClearingsTable;
};

const code = sql`varchar(64) character set ascii collate ascii_bin`;

/** Migrations of the dealers part; whoever uses it runs them, under the owner `dealers`. */
export const dealersMigrations: Migrations = {
  '0001_dealers': {
    async up(db) {
      await createDealers(db);
      await createLogs(db);
      await createSchedules(db);
    },
  },
};

async function createDealers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('dealers')
    .ifNotExists()
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('dealer_id', code, (column) => column.notNull().unique())
    .addColumn('dealer_name', 'varchar(200)', (column) => column.notNull())
    .addColumn('is_active', 'integer', (column) => column.notNull())
    .addColumn('base_url', 'varchar(500)', (column) => column.notNull())
    .addColumn('environment', 'varchar(16)', (column) => column.notNull())
    .addColumn('token_separator', 'varchar(4)', (column) => column.notNull())
    .addColumn('time_zone', 'varchar(64)', (column) => column.notNull())
    .addColumn('prsl_filter', 'varchar(8)', (column) => column.notNull())
    .addColumn('quota_per_day', 'integer')
    .addColumn('min_interval_ms', 'integer', (column) => column.notNull())
    .addColumn('api_key', 'text', (column) => column.notNull())
    .addColumn('secret_key', 'text', (column) => column.notNull())
    .addColumn('credential_digest', code, (column) => column.notNull())
    .addColumn('created_at', 'datetime(3)', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('dealer_request_usage')
    .ifNotExists()
    .addColumn('credential_digest', code, (column) => column.primaryKey())
    .addColumn('day', 'varchar(10)', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createLogs(db: Kysely<unknown>): Promise<void> {
  const count = (name: 'windows' | 'inserted' | 'updated' | 'unchanged' | 'rejected' | 'requests' | 'validate_only') =>
    sql`${sql.ref(name)} integer not null`;
  const counts = (
    ['windows', 'inserted', 'updated', 'unchanged', 'rejected', 'requests', 'validate_only'] as const
  ).map(count);
  await sql`
    create table if not exists fetch_logs (
      job_id ${code} not null, attempt integer not null, dealer_id ${code} not null, fetch_type ${code} not null,
      from_time varchar(19), to_time varchar(19), status varchar(16) not null, ${sql.join(counts)},
      error_code varchar(64), error_message varchar(1000),
      started_at datetime(3) not null, ended_at datetime(3) not null,
      primary key (job_id, attempt), index logs_by_time (ended_at), index logs_of_dealer (dealer_id, ended_at)
    )`.execute(db);
  await db.schema
    .createTable('fetch_clearings')
    .ifNotExists()
    .addColumn('scope', code, (column) => column.primaryKey())
    .addColumn('cleared_at', 'datetime(3)', (column) => column.notNull())
    .execute();
}

async function createSchedules(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('fetch_schedules')
    .ifNotExists()
    .addColumn('id', code, (column) => column.primaryKey())
    .addColumn('dealer_id', code, (column) => column.notNull())
    .addColumn('fetch_type', code, (column) => column.notNull())
    .addColumn('cron', 'varchar(120)', (column) => column.notNull())
    .addColumn('time_zone', 'varchar(64)', (column) => column.notNull())
    .addColumn('lookback_minutes', 'integer', (column) => column.notNull())
    .addColumn('is_active', 'integer', (column) => column.notNull())
    .addColumn('last_due_at', 'datetime(3)', (column) => column.notNull())
    .addColumn('last_job_id', code)
    .addColumn('last_outcome', 'varchar(16)')
    .addColumn('created_at', 'datetime(3)', (column) => column.notNull())
    .addIndex('schedules_of', ['dealer_id'])
    .execute();
}
