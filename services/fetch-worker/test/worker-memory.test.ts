import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { at, TestFleet } from './test-fleet.ts';

const TIMEOUT_MS = 240_000;

let fleet: TestFleet;
beforeAll(async () => {
  const servers = { natsUrl: inject('natsUrl'), mysqlAdminUrl: inject('mysqlAdminUrl') };
  fleet = await TestFleet.start({ ...servers, prefix: `fetch-memory-${process.pid}-`, ackWaitMs: 30_000 }, ['07501']);
});
afterAll(() => fleet[Symbol.asyncDispose]());

describe('a worker', { timeout: TIMEOUT_MS }, () => {
  test('stores a window of 50,000 rows within 512 MB', async () => {
    await fleet.launch();
    await fleet.api.judge('POST', 'bulk', { dealerId: '07501', module: 'prospect', count: 50_000 });
    const data = { dealerId: '07501', fetchType: 'prospect', fromTime: at(1), toTime: at(-1) };
    const truth = await fleet.truth('07501', 'prsp', data);
    expect(await fleet.ended('07501', await fleet.submit(data))).toMatchObject({
      result: { inserted: truth.rows, windows: 1 },
    });
    const again = await fleet.ended('07501', await fleet.submit(data));
    expect(again).toMatchObject({ result: { inserted: 0, updated: 0, unchanged: truth.rows } });
    expect(await fleet.database.count('dgi_prsp_unit', "row_dealerId = '07501'")).toBe(truth.lines.unit);
    const status = await readFile(`/proc/${fleet.workers.at(-1)?.pid}/status`, 'utf8');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
    expect(peak).toBeGreaterThan(50_000);
    expect(peak).toBeLessThan(512 * 1_024);
  });
});
