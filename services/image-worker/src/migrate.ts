/** Brings the tables of this service up to date, and ends: `node src/migrate.ts` with DATABASE_URL. */
import { runMigrations } from '@lanekeeper/service-kit';
import { imagesMigrations } from './records/records-schema.ts';

await runMigrations('image-worker', { images: imagesMigrations }, process.env);
