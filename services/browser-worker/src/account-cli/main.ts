/**
 * `npm run account -- add|list|login|remove`: marketplace accounts from the command line, straight in the database. For
 * whoever has the keys; over HTTP the same is `/v1/accounts`.
 */
import { parseArgs } from 'node:util';
import { Accounts, type AccountsDatabase, AccountsError, accountsMigrations } from '@lanekeeper/accounts';
import {
  ConfigError,
  commonVariables,
  connectDatabase,
  createLogger,
  databaseVariables,
  loadConfig,
  migrate,
  SecretBox,
  secretsVariables,
} from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import Type from 'typebox';
import { siteVariables } from '../config.ts';
import { addAccount, findAccount, listAccounts, removeAccount } from './commands.ts';

const USAGE = `usage: npm run account -- <command>
  add <email> [--site generic|facebook] [--language en-US] [--id <id>]
  list
  login <email or id> [--remote <port>]   opens a browser to log in by hand, and keeps the session
  remove <email or id>`;

const Variables = Type.Object({
  LOG_LEVEL: commonVariables.LOG_LEVEL,
  ...databaseVariables,
  ...secretsVariables,
  ...siteVariables,
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        site: { type: 'string', default: 'generic' },
        language: { type: 'string', default: 'en-US' },
        id: { type: 'string' },
        remote: { type: 'string' },
      },
    });
    return await run(positionals, values);
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(error.message);
    return 1;
  }
}

type Values = { site: string; language: string; id?: string | undefined; remote?: string | undefined };

async function run([command, name]: readonly string[], values: Values): Promise<number> {
  if (command !== 'list' && name === undefined) return usage();
  const config = loadConfig(Variables, process.env);
  const db = connectDatabase<AccountsDatabase>({ url: config.DATABASE_URL, poolSize: 2 });
  try {
    await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, createLogger('account', 'warn'));
    const accounts = new Accounts(db);
    switch (command) {
      case 'add':
        return await addAccount(accounts, { email: name ?? '', ...values });
      case 'list':
        return await listAccounts(accounts);
      case 'login': {
        const account = await findAccount(accounts, name ?? '');
        const box = new SecretBox(config.SECRETS_KEY);
        // What drives browsers takes a second to load, which the other commands need not wait for.
        const { logInByHand } = await import('./log-in.ts');
        return account ? await logInByHand({ accounts, account, box, config, remote: values.remote }) : 1;
      }
      case 'remove':
        return await removeAccount(accounts, name ?? '');
      default:
        return usage();
    }
  } finally {
    await db.destroy();
  }
}

function usage(): number {
  console.error(USAGE);
  return 2;
}

function isExpected(error: unknown): error is Error {
  if (error instanceof ConfigError || error instanceof AccountsError) return true;
  return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
}
