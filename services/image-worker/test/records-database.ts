import { freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, migrate } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { type ImagesDatabase, imagesMigrations } from '../src/records/records-schema.ts';

/** A database of its own with the tables of the images part. */
export type RecordsDatabase = AsyncDisposable & {
  readonly url: string;
  readonly db: Kysely<ImagesDatabase>;
  insert: (...rows: { id: string; vendor_id?: string | null; photo_url: string | null }[]) => Promise<void>;
  photoOf: (id: string) => Promise<string | null | undefined>;
};

/** Creates one on the server of the test run. */
export async function createRecordsDatabase(adminUrl: string): Promise<RecordsDatabase> {
  const fresh = await freshDatabase(adminUrl);
  const opened = await openRecordsDatabase(fresh.url);
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened.db.destroy();
      await fresh.drop();
    },
  };
}

/** Opens and migrates a database. */
export async function openRecordsDatabase(url: string): Promise<RecordsDatabase> {
  const db = connectDatabase<ImagesDatabase>({ url, poolSize: 4 });
  await migrate(db as unknown as Kysely<never>, 'images', imagesMigrations, createLogger('test', 'silent'));
  return {
    url,
    db,
    insert: async (...rows) => {
      const complete = rows.map((row) => ({ project_id: null, vendor_id: 'acme', ...row }));
      await db.insertInto('data_records').values(complete).execute();
    },
    photoOf: async (id) => {
      const row = await db.selectFrom('data_records').select('photo_url').where('id', '=', id).executeTakeFirst();
      return row?.photo_url;
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
