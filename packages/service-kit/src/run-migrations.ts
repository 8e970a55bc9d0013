import type { Kysely } from 'kysely';
import Type from 'typebox';
import { commonVariables, databaseVariables } from './common-config.ts';
import { connectDatabase } from './connect-database.ts';
import { loadConfig } from './load-config.ts';
import type { Logger } from './logger.ts';
import { type Migrations, migrate } from './migrate.ts';
import { runService } from './run-service.ts';

/**
 * Runs a service's migrations, by owner, as this process, and ends: exit 0 when the database is up to date. A service does
 * the same when it starts; done beforehand, by a user who may change tables, the services' own user need not. `afterwards` makes tables that no migration lists.
 */
export function runMigrations(
  service: string,
  migrations: Readonly<Record<string, Migrations>>,
  env: NodeJS.ProcessEnv,
  afterwards: (db: Kysely<never>, log: Logger) => Promise<void> = async () => {},
): Promise<void> {
  return runService({
    name: `migrate-${service}`,
    loadConfig: () => loadConfig(Type.Object({ ...commonVariables, ...databaseVariables }), env),
    async start({ DATABASE_URL: url }, { log, releasers, stop }) {
      const db = connectDatabase<never>({ url, poolSize: 1 });
      releasers.add('database', () => db.destroy());
      for (const [owner, ofOwner] of Object.entries(migrations)) {
        await migrate(db as unknown as Kysely<never>, owner, ofOwner, log);
      }
      await afterwards(db as unknown as Kysely<never>, log);
      stop(0, 'the database is up to date');
    },
  });
}
