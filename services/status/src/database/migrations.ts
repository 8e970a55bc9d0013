import type { Migrations } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';

const tables = [
  sql`CREATE TABLE projections (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    applied_seq BIGINT UNSIGNED NOT NULL,
    stream_created VARCHAR(64) NULL,
    holder VARCHAR(128) NULL,
    lease_until DATETIME(3) NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`,
  // Digests and ids are ASCII. Everything is compared by byte; `search` holds lower case. The index
  // jobs_search covers a search with any filter: it is scanned from the newest on and rows are read for matches only.
  sql`CREATE TABLE jobs (
    id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    workload VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    lane VARCHAR(255) NOT NULL,
    lane_key CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tenant VARCHAR(255) NOT NULL,
    tenant_key CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    progress DOUBLE NOT NULL,
    attempt INT UNSIGNED NOT NULL,
    worker VARCHAR(255) NULL,
    priority VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL,
    retry_of VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    submitted_at DATETIME(3) NOT NULL,
    started_at DATETIME(3) NULL,
    ended_at DATETIME(3) NULL,
    due_at DATETIME(3) NULL,
    command_seq BIGINT UNSIGNED NOT NULL,
    last_seq BIGINT UNSIGNED NOT NULL,
    data LONGTEXT NOT NULL,
    result LONGTEXT NULL,
    error LONGTEXT NULL,
    search VARCHAR(512) NOT NULL,
    KEY jobs_newest (submitted_at, id),
    KEY jobs_workload (workload, submitted_at, id),
    KEY jobs_state (state, submitted_at, id),
    KEY jobs_tenant (tenant_key, submitted_at, id),
    KEY jobs_lane (lane_key, submitted_at, id),
    KEY jobs_position (lane_key, workload, state, command_seq),
    KEY jobs_ended (workload, state, ended_at, lane_key),
    KEY jobs_search (submitted_at, id, workload, state, tenant_key, lane_key, search)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  sql`CREATE TABLE job_events (
    job_id VARCHAR(64) NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    type VARCHAR(32) NOT NULL,
    at DATETIME(3) NOT NULL,
    body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (job_id, seq)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`,
  sql`CREATE TABLE job_counts (
    workload VARCHAR(64) NOT NULL,
    tenant_key CHAR(43) NOT NULL,
    state VARCHAR(16) NOT NULL,
    jobs BIGINT NOT NULL,
    PRIMARY KEY (workload, tenant_key, state)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`,
  sql`CREATE TABLE bad_events (
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    subject VARCHAR(1024) NOT NULL,
    reason VARCHAR(1024) NOT NULL,
    body MEDIUMBLOB NOT NULL,
    recorded_at DATETIME(3) NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];

/** The status service's migrations, in the order of their names. Only ever added to. */
export const migrations: Migrations = {
  '0001-projection': {
    up: async (db: Kysely<unknown>) => {
      for (const table of tables) await table.execute(db);
    },
  },
};
