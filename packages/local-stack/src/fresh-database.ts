import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

/** An empty database of its own; `await using` drops it at the end of the block. */
export interface FreshDatabase extends AsyncDisposable {
  readonly name: string;
  /** What a service takes as DATABASE_URL. */
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates an empty database on the server that `adminUrl` names, so that test files do not meet each other's rows. */
export async function freshDatabase(adminUrl: string): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(adminUrl, `CREATE DATABASE ${name}`);
  const drop = () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

async function execute(adminUrl: string, statement: string): Promise<void> {
  const connection = await createConnection(adminUrl);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
