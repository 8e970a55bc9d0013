/** `npm run secrets -- rotate`: seals every stored secret anew under the first key of SECRETS_KEY. */
import { sealedAccountColumns } from '@lanekeeper/accounts';
import { sealedDealerColumns } from '@lanekeeper/dealers';
import {
  ConfigError,
  connectDatabase,
  createLogger,
  databaseVariables,
  loadConfig,
  migrate,
  resealColumns,
  SecretBox,
  SecretError,
  secretsVariables,
} from '@lanekeeper/service-kit';
import Type from 'typebox';
import { tables } from '../tables.ts';

const USAGE = `usage: npm run secrets -- rotate
  Put the new key first in SECRETS_KEY, restart gateway and workers with it, rotate, then take the old key out.
  Answers of dealers that are kept (RAW_TTL) are not resealed: keep the old key until they have expired.`;

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
  const db = connectDatabase<never>({ url: config.DATABASE_URL, poolSize: 1 });
  try {
    for (const [owner, ofOwner] of Object.entries(tables))
      await migrate(db, owner, ofOwner, createLogger('secrets', 'warn'));
    for (const sealed of [sealedAccountColumns, sealedDealerColumns]) {
      const { resealed, current } = await resealColumns(db, sealed, box);
      console.log(`${sealed.table}: ${resealed} secrets sealed under key ${box.currentKeyId}; ${current} were already`);
    }
    return 0;
  } finally {
    await db.destroy();
  }
}
