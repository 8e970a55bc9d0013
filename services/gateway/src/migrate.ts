/** Brings the tables of this service up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { runMigrations } from '@lanekeeper/service-kit';
import { gatewayMigrations } from './limits/limits-table.ts';

await runMigrations('gateway', { gateway: gatewayMigrations }, process.env);
