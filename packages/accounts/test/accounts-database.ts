import { freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, migrate } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { type AccountsDatabase, accountsMigrations } from '../src/mod.ts';

/** A database of its own with the tables of the accounts part. */
export async function createAccountsDatabase(adminUrl: string) {
  const fresh = await freshDatabase(adminUrl);
  const db = connectDatabase<AccountsDatabase>({ url: fresh.url, poolSize: 4 });
  await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, createLogger('test', 'silent'));
  return {
    url: fresh.url,
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await fresh.drop();
    },
  };
}
