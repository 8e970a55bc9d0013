import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { freshDatabase, projectRoot } from '@lanekeeper/local-stack';
import { createConnection } from 'mysql2/promise';
import { expect, inject, it } from 'vitest';

const entries = globSync('services/*/src/migrate.ts', { cwd: projectRoot });

async function run(entry: string, databaseUrl: string): Promise<number | null> {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' };
  const child = spawn(process.execPath, [entry], { cwd: projectRoot, env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

it('every service migrates on its own, once, without NATS', async () => {
  await using database = await freshDatabase(inject('mysqlAdminUrl'));
  const all = () => Promise.all(entries.map((entry) => run(entry, database.url)));
  expect(await all()).toEqual(entries.map(() => 0));
  expect(await all()).toEqual(entries.map(() => 0));
  const connection = await createConnection(database.url);
  const [tables] = await connection.query("SHOW TABLES LIKE 'migrations\\_%\\_lock'");
  await connection.end();
  const owners = (tables as object[]).map((row) => String(Object.values(row)[0]).split('_')[1]);
  expect(owners.toSorted()).toEqual(['accounts', 'dealers', 'fetch', 'gateway', 'images', 'status']);
}, 120_000);

it('a database that cannot be reached is a failure', async () => {
  expect(await run(entries[0] as string, 'mysql://nobody@127.0.0.1:1/none')).toBe(1);
}, 120_000);
