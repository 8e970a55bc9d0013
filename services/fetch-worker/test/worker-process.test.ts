import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { at, TestFleet } from './test-fleet.ts';

const TIMEOUT_MS = 240_000;

let fleet: TestFleet;
beforeAll(async () => {
  const servers = { natsUrl: inject('natsUrl'), mysqlAdminUrl: inject('mysqlAdminUrl') };
  fleet = await TestFleet.start({ ...servers, prefix: `fetch-worker-${process.pid}-`, ackWaitMs: 1_500 }, [
    '08138',
    '08139',
  ]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

describe('a worker', { timeout: TIMEOUT_MS }, () => {
  test('may be killed at every step of a window: one window is read again, and nothing is stored twice', async () => {
    const data = { dealerId: '08138', fetchType: 'spk_read', fromTime: at(29), toTime: at(0) };
    const truth = await fleet.truth('08138', 'spk', data);
    const before = await fleet.requests();
    const jobId = await fleet.submit(data);
    for (const dieAt of ['answered:1', 'locked:2', 'written:3', 'committed:3']) {
      const { exited } = await fleet.launch(dieAt);
      expect(await exited).toMatchObject({ signal: 'SIGKILL' });
    }
    await fleet.launch();
    const { result, notes } = await fleet.ended('08138', jobId);
    expect(result).toMatchObject({ success: true, windows: 5, inserted: truth.rows, updated: 0, rejected: 0 });
    expect(await fleet.database.count('dgi_spk', "dealerId = '08138'")).toBe(truth.rows);
    expect(await fleet.database.count('dgi_spk_unit', "row_dealerId = '08138'")).toBe(truth.lines.unit);
    expect(notes.at(-1)).toMatch(/^window 5 of 5: \d+ inserted, 0 updated, \d+ unchanged, 0 rejected$/);
    // Asked again are the windows of three kills: answered, locked and written.
    expect((await fleet.requests()) - before).toBe(5 + 3);
  });

  test('ends a job readably whose dealer refuses it, and does the next one at once', async () => {
    await fleet.api.behave('08139', { rejectToken: true });
    const range = { fetchType: 'prospect', fromTime: at(2), toTime: at(0) };
    const refused = await fleet.submit({ dealerId: '08139', ...range });
    const next = await fleet.submit({ dealerId: '08138', ...range });
    const failure = await fleet.ended('08139', refused);
    expect(failure).toMatchObject({ type: 'failed', error: { code: 'DGI_CREDENTIAL' } });
    expect(failure.error?.message).not.toContain('demo-secret');
    expect(await fleet.ended('08138', next)).toMatchObject({ type: 'completed' });
    await fleet.api.behave('08139', {});
    const again = await fleet.submit({ dealerId: '08139', ...range });
    expect(await fleet.ended('08139', again)).toMatchObject({ type: 'completed' });
    const logs = await fleet.database.db
      .selectFrom('fetch_logs')
      .selectAll()
      .where('dealer_id', '=', '08139')
      .execute();
    expect(logs.map(({ job_id, status }) => [job_id, status]).sort()).toEqual(
      [
        [refused, 'failed'],
        [again, 'completed'],
      ].sort(),
    );
  });

  test('tries again what may pass', async () => {
    await fleet.api.behave('08139', { failures: 1, failureStatus: 503 });
    const jobId = await fleet.submit({ dealerId: '08139', fetchType: 'pkb', fromTime: at(2), toTime: at(0) });
    expect(await fleet.ended('08139', jobId)).toMatchObject({ type: 'completed' });
  });
});
