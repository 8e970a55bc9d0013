/** Brings the tables of this service up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { dealersMigrations } from '@lanekeeper/dealers';
import { runMigrations } from '@lanekeeper/service-kit';
import { fetchMigrations } from './store/fetch-schema.ts';
import { updateTables } from './tables/update-tables.ts';

await runMigrations('fetch-worker', { dealers: dealersMigrations, fetch: fetchMigrations }, process.env, (db, log) =>
  updateTables(db, log),
);
