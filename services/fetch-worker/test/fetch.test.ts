import { dgiModules, localTime } from '@lanekeeper/dgi';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runningApi } from '../../../demo/dealer-api/test/running-api.ts';
import { createTestFetch } from './a-fetch.ts';
import { addDealer, createTestDatabase, type TestDatabase } from './fetch-database.ts';

type Counts = { rows: number; lines: Record<string, number> };
let api: Awaited<ReturnType<typeof runningApi>>;
let database: TestDatabase;
const to = localTime(new Date(), 'Asia/Jakarta');
const from = `${localTime(new Date(Date.now() - 8 * 86_400_000), 'Asia/Jakarta').slice(0, 10)} 00:00:00`;
const range = { fromTime: from, toTime: to };

beforeAll(async () => {
  api = await runningApi();
  database = await createTestDatabase(inject('mysqlAdminUrl'));
  await addDealer(database, '08138', api.url);
  await addDealer(database, '12001', api.url);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const judge = (dealerId: string, module: string) => {
  const query = new URLSearchParams({ dealerId, module, from, to });
  return api.judge('GET', `counts?${query}`) as Promise<Counts>;
};

describe('fetching', () => {
  test.each(
    [...dgiModules.values()].flatMap(({ fetchType }) =>
      ['08138', '12001'].map((dealerId) => ({ fetchType, dealerId })),
    ),
  )('stores all of $fetchType of $dealerId, and nothing twice', async ({ fetchType, dealerId }) => {
    const { module, nested } = dgiModules.get(fetchType) as NonNullable<ReturnType<typeof dgiModules.get>>;
    const fetch = createTestFetch(database);
    const first = await fetch.run({ dealerId, fetchType, ...range });
    const truth = await judge(dealerId, module);
    expect(first).toMatchObject({ rejected: 0, inserted: truth.rows, windows: 2 });
    const check = async () => {
      expect(await database.count(`dgi_${module}`, `dealerId = '${dealerId}'`)).toBe(truth.rows);
      for (const { name } of nested) {
        const lines = await database.count(`dgi_${module}_${name.toLowerCase()}`, `row_dealerId = '${dealerId}'`);
        expect([name, lines]).toEqual([name, truth.lines[name]]);
      }
    };
    await check();
    const again = await fetch.run({ dealerId, fetchType, ...range });
    expect(again).toMatchObject({ inserted: 0, updated: 0, rejected: 0 });
    expect(again.unchanged).toBeGreaterThanOrEqual(truth.rows);
    await check();
  });
});
