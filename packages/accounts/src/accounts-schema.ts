import type { AccountState, MarketplaceSite } from '@lanekeeper/contracts';
import type { Migrations } from '@lanekeeper/service-kit';
import { type Generated, sql } from 'kysely';

/** Accounts of marketplaces. `session` and `credentials` are sealed (SecretBox), bound to the row and the column. */
export type MarketplaceAccountsTable = {
  id: string;
  email: string;
  site: MarketplaceSite;
  language: string;
  state: AccountState;
  /** Why it is in that state; nothing personal. */
  state_reason: string | null;
  state_at: Date;
  session: string | null;
  session_at: Date | null;
  /** Counts sessions that people have set: a worker saves a session back only over the one that it was given. */
  session_version: Generated<number>;
  credentials: string | null;
  created_at: Date;
};

/** What was posted, or was about to be, when a worker last knew. */
export type MarketplacePostsTable = {
  job_id: string;
  account_id: string;
  content_hash: string;
  /** The hash again, unless duplicates were allowed: unique per account. */
  guard_hash: string | null;
  /** `publishing`: Publish may have been clicked. */
  state: 'publishing' | 'published';
  listing_id: string | null;
  listing_url: string | null;
  reviewed: Generated<number>;
  /** When the attempt began that was about to publish. */
  began_at: Date;
};

/** What a renewal has done so far, listing by listing. */
export type MarketplaceRenewalsTable = {
  job_id: string;
  listing_id: string;
  title: string;
  outcome: 'renewed' | 'not-due' | 'failed';
  reason: string | null;
  /** Order within the job. */
  position: number;
};

/** The operations of accounts that were completed. */
export type MarketplaceOperationsTable = {
  job_id: string;
  account_id: string;
  operation: 'post' | 'renew';
  completed_at: Date;
};

/** The tables of the accounts part. */
export type AccountsDatabase = {
  marketplace_accounts: MarketplaceAccountsTable;
  marketplace_posts: MarketplacePostsTable;
  marketplace_renewals: MarketplaceRenewalsTable;
  marketplace_operations: MarketplaceOperationsTable;
};

const key = sql`varchar(64) character set ascii collate ascii_bin`;

/** Migrations of the accounts part; whoever uses it runs them. */
export const accountsMigrations: Migrations = {
  '0001_accounts': {
    async up(db) {
      await db.schema
        .createTable('marketplace_accounts')
        .ifNotExists()
        .addColumn('id', key, (column) => column.primaryKey())
        .addColumn('email', 'varchar(254)', (column) => column.notNull().unique())
        .addColumn('site', 'varchar(40)', (column) => column.notNull())
        .addColumn('language', 'varchar(16)', (column) => column.notNull())
        .addColumn('state', 'varchar(32)', (column) => column.notNull())
        .addColumn('state_reason', 'varchar(500)')
        .addColumn('state_at', 'datetime(3)', (column) => column.notNull())
        .addColumn('session', sql`mediumtext`)
        .addColumn('session_at', 'datetime(3)')
        .addColumn('session_version', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('credentials', 'text')
        .addColumn('created_at', 'datetime(3)', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('marketplace_posts')
        .ifNotExists()
        .addColumn('job_id', key, (column) => column.primaryKey())
        .addColumn('account_id', key, (column) => column.notNull())
        .addColumn('content_hash', key, (column) => column.notNull())
        .addColumn('guard_hash', key)
        .addColumn('state', 'varchar(16)', (column) => column.notNull())
        .addColumn('listing_id', 'varchar(64)')
        .addColumn('listing_url', 'varchar(2048)')
        .addColumn('reviewed', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('began_at', 'datetime(3)', (column) => column.notNull())
        .addIndex('posts_of_content', ['account_id', 'content_hash'])
        .addUniqueConstraint('one_of_a_content', ['account_id', 'guard_hash'])
        .execute();
      await db.schema
        .createTable('marketplace_renewals')
        .ifNotExists()
        .addColumn('job_id', key, (column) => column.notNull())
        .addColumn('listing_id', key, (column) => column.notNull())
        .addColumn('title', 'varchar(500)', (column) => column.notNull())
        .addColumn('outcome', 'varchar(16)', (column) => column.notNull())
        .addColumn('reason', 'varchar(500)')
        .addColumn('position', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('renewal_of_listing', ['job_id', 'listing_id'])
        .execute();
      await db.schema
        .createTable('marketplace_operations')
        .ifNotExists()
        .addColumn('job_id', key, (column) => column.primaryKey())
        .addColumn('account_id', key, (column) => column.notNull())
        .addColumn('operation', 'varchar(16)', (column) => column.notNull())
        .addColumn('completed_at', 'datetime(3)', (column) => column.notNull())
        .addIndex('operations_of', ['account_id'])
        .execute();
    },
  },
};
