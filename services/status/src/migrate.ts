/** Brings the tables of this service up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { runMigrations } from '@lanekeeper/service-kit';
import { migrations } from './database/migrations.ts';

await runMigrations('status', { status: migrations }, process.env);
