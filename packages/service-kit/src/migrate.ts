import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Logger } from './logger.ts';

/** Migrations by name, run in alphabetical order. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings the database up to date. Replicas may start at once: the migrator holds a database lock meanwhile.
 * Each owner keeps its own history, so that services migrate independently.
 * @throws the first migration's error; those before it stay applied.
 */
export async function migrate(db: Kysely<never>, owner: string, migrations: Migrations, log: Logger): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: `migrations_${owner}`,
    migrationLockTableName: `migrations_${owner}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) {
    if (result.status === 'Success') log.info({ migration: result.migrationName }, 'migrated');
  }
  if (error) throw error;
}
