/** Brings the tables that this service uses up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { runMigrations } from '@lanekeeper/service-kit';
import { tables } from './tables.ts';

await runMigrations('gateway', tables, process.env);
