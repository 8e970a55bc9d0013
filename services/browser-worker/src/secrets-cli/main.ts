/** `npm run secrets -- rotate`: seals every stored secret anew under the first key of SECRETS_KEY. */
import { type AccountsDatabase, accountsMigrations, rotateSecrets } from '@lanekeeper/accounts';
import {
  ConfigError,
  connectDatabase,
  createLogger,
  databaseVariables,
  loadConfig,
  migrate,
  SecretBox,
  SecretError,
  secretsVariables,
} from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import Type from 'typebox';

const USAGE = `usage: npm run secrets -- rotate
  Put the new key first in SECRETS_KEY, restart gateway and workers with it, rotate, then take the old key out.`;

const Variables = Type.Object({ ...databaseVariables, ...secretsVariables });

process.exitCode = await main(process.argv.slice(2));

async function main([command]: readonly string[]): Promise<number> {
  if (command !== 'rotate') {
    console.error(USAGE);
    return 2;
  }
  try {
    return await rotate();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SecretError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function rotate(): Promise<number> {
  const config = loadConfig(Variables, process.env);
  const box = new SecretBox(config.SECRETS_KEY);
  const db = connectDatabase<AccountsDatabase>({ url: config.DATABASE_URL, poolSize: 1 });
  try {
    await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, createLogger('secrets', 'warn'));
    const { resealed, current } = await rotateSecrets(db, box);
    console.log(`${resealed} secrets sealed under key ${box.currentKeyId}; ${current} were already`);
    return 0;
  } finally {
    await db.destroy();
  }
}
