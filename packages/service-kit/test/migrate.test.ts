import { freshDatabase } from '@lanekeeper/local-stack';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectDatabase, createLogger, isTransientDatabaseError, type Migrations, migrate } from '../src/mod.ts';

const log = createLogger('test', 'silent');
let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase(inject('mysqlAdminUrl'));
});
afterAll(() => database.drop());

const migrations: Migrations = {
  '0001-table': { up: async (db) => void (await db.schema.createTable('things').addColumn('id', 'integer').execute()) },
  '0002-row': { up: async (db) => void (await sql`INSERT INTO things VALUES (1)`.execute(db)) },
};

it('brings the database up to date once, however many replicas start together', async () => {
  const replicas = Array.from({ length: 4 }, () => connectDatabase<never>({ url: database.url, poolSize: 2 }));
  await Promise.all(replicas.map((db) => migrate(db, 'things', migrations, log)));
  const { rows } = await sql<{ id: number }>`SELECT id FROM things`.execute(replicas[0] ?? fail());
  expect(rows).toEqual([{ id: 1 }]);
  await Promise.all(replicas.map((db) => db.destroy()));
});

it('reads committed rows and speaks UTC', async () => {
  const db = connectDatabase<never>({ url: database.url, poolSize: 1 });
  const { rows } = await sql<{ level: string; zone: string }>`
    SELECT @@tx_isolation AS level, @@time_zone AS zone`.execute(db);
  expect(rows).toEqual([{ level: 'READ-COMMITTED', zone: '+00:00' }]);
  await db.destroy();
});

it('tells errors that pass from errors that stay', async () => {
  const nowhere = connectDatabase<never>({ url: 'mysql://a:b@127.0.0.1:1/x', poolSize: 1 });
  const refused = await sql`SELECT 1`.execute(nowhere).catch((error: unknown) => error);
  await nowhere.destroy();
  expect(isTransientDatabaseError(refused)).toBe(true);
  const db = connectDatabase<never>({ url: database.url, poolSize: 1 });
  const wrong = await sql`SELECT * FROM no_such_table`.execute(db).catch((error: unknown) => error);
  await db.destroy();
  expect(isTransientDatabaseError(wrong)).toBe(false);
});

function fail(): never {
  throw new Error('no connection');
}
