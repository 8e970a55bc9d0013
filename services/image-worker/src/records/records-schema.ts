import type { Migrations } from '@lanekeeper/service-kit';
import { type Generated, sql } from 'kysely';

/** The table that holds each record's current photo. */
export type DataRecordsTable = {
  id: string;
  project_id: string | null;
  /** Owner; a row without one belongs to the vendor `default`. */
  vendor_id: string | null;
  photo_url: string | null;
  updated_at: Generated<Date>;
};
/** The tables of the images part. */
export type ImagesDatabase = { data_records: DataRecordsTable };

/**
 * Migrations of the owner `images`. An existing `data_records` is left as it is. Ids and URLs are compared byte by
 * byte: they differ by case.
 */
export const imagesMigrations: Migrations = {
  '001_data_records': {
    up: async (db) => {
      await sql`
        CREATE TABLE IF NOT EXISTS data_records (
          id VARCHAR(64) NOT NULL,
          project_id VARCHAR(64) NULL,
          vendor_id VARCHAR(64) NULL,
          photo_url VARCHAR(2048) NULL,
          updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
          PRIMARY KEY (id),
          KEY data_records_by_vendor (vendor_id, project_id, id)
        ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`.execute(db);
    },
  },
};
