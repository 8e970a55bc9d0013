import { Dealers, type DealersDatabase, dealersMigrations } from '@lanekeeper/dealers';
import { freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, migrate, SecretBox } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import { dealerGroups } from '../../../demo/dealer-api/dealer-groups.ts';
import { type FetchDatabase, fetchMigrations } from '../src/store/fetch-schema.ts';
import { updateTables } from '../src/tables/update-tables.ts';

/** The key of everything that tests seal. */
export const SECRETS_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;

/** A database of its own with all tables that a fetch needs. */
export type TestDatabase = AsyncDisposable & {
  readonly url: string;
  readonly db: Kysely<FetchDatabase>;
  readonly box: SecretBox;
  readonly dealers: Dealers;
  /** Rows of a table, of one dealer when it is named. */
  count: (table: string, where?: string) => Promise<number>;
};

/** Creates one on the server of the test run. */
export async function createTestDatabase(adminUrl: string): Promise<TestDatabase> {
  const fresh = await freshDatabase(adminUrl);
  const opened = await openTestDatabase(fresh.url);
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened.db.destroy();
      await fresh.drop();
    },
  };
}

/** Opens and migrates a database. */
export async function openTestDatabase(url: string): Promise<TestDatabase> {
  const db = connectDatabase<FetchDatabase>({ url, poolSize: 6, lockWaitSeconds: 1 });
  const log = createLogger('test', 'silent');
  const plain = db as unknown as Kysely<never>;
  await migrate(plain, 'dealers', dealersMigrations, log);
  await migrate(plain, 'fetch', fetchMigrations, log);
  await updateTables(plain, log);
  return {
    url,
    db,
    box: new SecretBox(SECRETS_KEY),
    dealers: new Dealers(db as unknown as Kysely<DealersDatabase>),
    count: async (table, where = 'true') => {
      const { rows } = await sql<{
        n: number;
      }>`SELECT COUNT(*) AS n FROM ${sql.raw(`\`${table}\``)} WHERE ${sql.raw(where)}`.execute(db);
      return Number(rows[0]?.n);
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

/** Registers a dealer that the dealer API knows. */
export async function addDealer(
  { dealers, box }: Pick<TestDatabase, 'dealers' | 'box'>,
  dealerId: string,
  apiUrl: string,
  changes: Partial<Parameters<Dealers['add']>[1]> = {},
): Promise<void> {
  const group = dealerGroups.find((each) => each.dealers.some((dealer) => dealer.dealerId === dealerId));
  if (group === undefined) throw new Error(`the dealer API does not know ${dealerId}`);
  const { apiKey, secretKey, tokenSeparator, timeZone } = group;
  await dealers.add(
    dealerId,
    {
      name: `Dealer ${dealerId}`,
      active: true,
      baseUrl: `${apiUrl}/dgi-api/v1.3`,
      environment: 'sandbox',
      tokenSeparator,
      timeZone,
      prslFilter: 'noPO',
      quotaPerDay: null,
      minIntervalMs: 0,
      apiKey,
      secretKey,
      ...changes,
    },
    box,
  );
}
