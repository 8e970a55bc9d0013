import {
  connectDatabase,
  type DatabaseOptions,
  isTransientDatabaseError,
  type Migrations,
  migrate,
  retry,
  type ServiceContext,
} from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';

/** A worker's part of the configuration that tells where the database is. */
export type DatabaseConfig = { DATABASE_URL: string; DATABASE_POOL: number };

/**
 * Opens the database and brings the owners' tables up to date; waits for a server that is not up yet. Released with the
 * service.
 */
export async function openDatabase<Schema>(
  config: DatabaseConfig,
  { log, releasers, stopping }: Pick<ServiceContext, 'log' | 'releasers' | 'stopping'>,
  migrations: Readonly<Record<string, Migrations>>,
  options: Pick<DatabaseOptions, 'lockWaitSeconds'> = {},
): Promise<Kysely<Schema>> {
  const db = connectDatabase<Schema>({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL, ...options });
  releasers.add('database', () => db.destroy());
  const canPass = (err: unknown) => {
    if (!isTransientDatabaseError(err)) return false;
    log.warn({ err }, 'the database cannot be reached yet');
    return true;
  };
  for (const [owner, ofOwner] of Object.entries(migrations)) {
    await retry(() => migrate(db as unknown as Kysely<never>, owner, ofOwner, log), {
      canPass,
      backoff: { firstMs: 250, maxMs: 2_000 },
      signal: stopping,
    });
  }
  return db;
}
