import type { DealersDatabase } from '@lanekeeper/dealers';
import type { Migrations } from '@lanekeeper/service-kit';
import { type Generated, sql } from 'kysely';

/** What a job is to read, fixed by its first attempt; and which attempt may write. */
export type FetchRunsTable = {
  job_id: string;
  dealer_id: string;
  fetch_type: string;
  /** JSON list of `{from, to}`, oldest first. */
  windows: string;
  /** The attempt that came last: any other is refused. */
  holder: string;
  created_at: Date;
};

/** The windows of a job that are stored. Written in the transaction of their rows. */
export type FetchWindowsTable = {
  job_id: string;
  /** From 0. */
  position: number;
  from_time: string;
  to_time: string;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  requests: number;
  committed_at: Date;
};

/** Rows that could not be stored. */
export type FetchRejectsTable = {
  id: Generated<number>;
  job_id: string;
  position: number;
  dealer_id: string;
  fetch_type: string;
  reason: string;
  message: string;
  /** JSON, personal data masked. */
  masked: string;
  /** The row as sent, sealed under `fetch-reject:<job id>`; null once it is older than RAW_TTL. */
  sealed: Buffer | null;
  created_at: Date;
};

/** Answers as received: gzip, cut into parts, each part sealed under {@link rawOwner}. */
export type FetchRawTable = {
  job_id: string;
  position: number;
  part: number;
  dealer_id: string;
  sealed: Buffer;
  created_at: Date;
};

/** The tables of the fetch part, and those of the dealers. The modules' tables are made by updateTables. */
export type FetchDatabase = DealersDatabase & {
  fetch_runs: FetchRunsTable;
  fetch_windows: FetchWindowsTable;
  fetch_rejects: FetchRejectsTable;
  fetch_raw: FetchRawTable;
};

/** Under whose name a part of a kept answer opens. */
export const rawOwner = (jobId: string, position: number, part: number): string =>
  `fetch-raw:${jobId}:${position}:${part}`;

/** Under whose name a refused row opens. */
export const rejectOwner = (jobId: string): string => `fetch-reject:${jobId}`;

const code = sql.raw('varchar(64) character set ascii collate ascii_bin not null');
const count = sql.raw('integer not null');
const moment = sql.raw('datetime(3) not null');

/** Migrations of the fetch part. */
export const fetchMigrations: Migrations = {
  '0001_fetch': {
    async up(db) {
      await sql`create table if not exists fetch_runs (
        job_id ${code}, dealer_id ${code}, fetch_type ${code}, windows text not null, holder ${code},
        created_at ${moment}, primary key (job_id), index runs_by_time (created_at))`.execute(db);
      await sql`create table if not exists fetch_windows (
        job_id ${code}, position ${count}, from_time varchar(19) not null, to_time varchar(19) not null,
        inserted ${count}, updated ${count}, unchanged ${count}, rejected ${count}, requests ${count},
        committed_at ${moment}, primary key (job_id, position), index windows_by_time (committed_at))`.execute(db);
      await sql`create table if not exists fetch_rejects (
        id bigint not null auto_increment primary key, job_id ${code}, position ${count}, dealer_id ${code},
        fetch_type ${code}, reason ${code}, message varchar(500) not null, masked json not null, sealed longblob null,
        created_at ${moment}, index rejects_of_job (job_id, position), index rejects_by_time (created_at),
        index rejects_of_dealer (dealer_id, created_at))`.execute(db);
      await sql`create table if not exists fetch_raw (
        job_id ${code}, position ${count}, part ${count}, dealer_id ${code}, sealed mediumblob not null,
        created_at ${moment}, primary key (job_id, position, part), index raw_by_time (created_at))`.execute(db);
    },
  },
};
