/** Brings the tables that this service uses up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { dealersMigrations } from '@lanekeeper/dealers';
import { runMigrations } from '@lanekeeper/service-kit';
import { fetchMigrations } from './store/fetch-schema.ts';
import { updateTables } from './tables/update-tables.ts';

await runMigrations('fetch-worker', { dealers: dealersMigrations, fetch: fetchMigrations }, process.env, updateTables);
