import { createDgiClient, localTime, moduleOf, readRows, type WindowRequest } from '@lanekeeper/dgi';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../behaviour.ts';
import { failureOf, groupOf, lastDays, requestOf } from './requests.ts';
import { runningApi } from './running-api.ts';

const group = groupOf('nusantara');
const signal = AbortSignal.timeout(300_000);
const window = lastDays(group);

let api: Awaited<ReturnType<typeof runningApi>>;
beforeAll(async () => {
  api = await runningApi();
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => api.judge('DELETE', 'behaviour'));

const request = (changes: Partial<WindowRequest> = {}): WindowRequest => ({
  ...requestOf(group, api.url, window),
  ...changes,
});

describe('what a server may do', () => {
  it.each<[string, Behaviour, object]>([
    ['a wrong token', { rejectToken: true }, { code: 'DGI_CREDENTIAL', retryable: false }],
    [
      'a wrong token, as real servers say it',
      { rejectToken: true, style: 'real' },
      { code: 'DGI_CREDENTIAL', retryable: false },
    ],
    ['a used-up quota', { quotaPerDay: 0 }, { code: 'DGI_QUOTA', retryable: false }],
    ['a window too long', { maxDays: 0, style: 'real' }, { code: 'DGI_RANGE', retryable: false }],
    ['an error', { failures: 1 }, { code: 'DGI_SERVER', retryable: true, httpStatus: 500 }],
    [
      'a gateway without its server',
      { failures: 1, failureStatus: 502 },
      { code: 'DGI_SERVER', retryable: true, httpStatus: 502 },
    ],
    ['too many requests', { failures: 1, failureStatus: 429 }, { code: 'DGI_QUOTA', retryable: true }],
    ['an answer cut in the middle', { cutAnswer: true }, { code: 'DGI_NETWORK', retryable: true }],
    [
      'a clock that differs, unknowably',
      { clockSkewSeconds: 60, honestDate: true },
      { code: 'DGI_SKEW', retryable: true },
    ],
  ])('%s', async (_, behaviour, expected) => {
    for (const scope of [group.name, '08138']) {
      await api.behave(scope, behaviour);
      expect(await failureOf(api.client, request())).toMatchObject(expected);
      await api.behave(scope, {});
      await expect(api.client.fetchWindow(request(), signal)).resolves.toMatchObject({ requests: 1 });
    }
  });

  it('a clock that differs: learned from the answer, signed afresh, and kept in mind', async () => {
    await using other = await runningApi();
    await other.behave(group.name, { clockSkewSeconds: -90, style: 'real' });
    const asked = requestOf(group, other.url, window);
    const first = await other.client.fetchWindow(asked, signal);
    expect(first.requests).toBe(2);
    expect(first.skewMs).toBeGreaterThan(-95_000);
    expect(first.skewMs).toBeLessThan(-85_000);
    expect((await other.client.fetchWindow(asked, signal)).requests).toBe(1);
    await other.behave(group.name, {});
    expect((await other.client.fetchWindow(asked, signal)).requests).toBe(2);
  });

  it('no answer in time: a network error that hints at the key; the next request is served', async () => {
    await api.behave('08138', { hang: true });
    const client = createDgiClient({ deadlineMs: 250 });
    const failure = await failureOf(client, request());
    expect(failure).toMatchObject({
      code: 'DGI_NETWORK',
      retryable: true,
      message: expect.stringContaining('check the API key too'),
    });
    await api.behave('08138', { delayMs: 20 });
    expect((await api.client.fetchWindow(request(), signal)).rows.length).toBeGreaterThan(0);
    await client.close();
  });

  it('rows without a key and of others are refused one by one; the rest is read', async () => {
    const usual = await readAll(request());
    await api.behave('08138', { rowsWithoutKey: 3, foreignRows: 2 });
    const mixed = await readAll(request());
    expect(mixed.filter(({ ok }) => ok)).toEqual(usual);
    expect(Object.groupBy(mixed, (one) => (one.ok ? 'ok' : one.reason))).toMatchObject({
      KEY_MISSING: { length: 3 },
      DEALER_NOT_ASKED: { length: 2 },
    });
  });

  it('one row per joined line: the same rows as otherwise', async () => {
    for (const fetchType of ['spk_read', 'pkb', 'prsl_read']) {
      const asked = request({ module: moduleOf(fetchType) });
      const usual = await readAll(asked);
      await api.behave('08138', { joinedLines: true });
      const merged = await readAll(asked);
      await api.behave('08138', {});
      const plain = (outcomes: typeof usual) => outcomes.map((one) => one.ok && { ...one.row, notes: [] });
      expect(plain(merged)).toEqual(plain(usual));
    }
  });

  it('rows changed late come again in a later window, with their later time', async () => {
    const at = localTime(new Date(), group.timeZone);
    const { touched } = (await api.judge('POST', 'touch', { dealerId: '08138', module: 'spk_read', count: 4, at })) as {
      touched: string[];
    };
    const rows = await readAll(request({ module: moduleOf('spk_read'), from: at, to: at }));
    expect(rows.map((one) => one.ok && [one.row.documentNumber, one.row.columns.modifiedTime])).toEqual(
      touched.map((number) => [number, at]),
    );
  });

  it('no rows: an empty answer in either form', async () => {
    const empty = { module: moduleOf('dphlo_read'), filters: { idHLODocument: 'none' } };
    for (const style of ['documented', 'real'] as const) {
      await api.behave('08138', { style });
      expect((await api.client.fetchWindow(request(empty), signal)).rows.length).toBe(0);
    }
  });
});

async function readAll(asked: WindowRequest) {
  const { rows } = await api.client.fetchWindow(asked, signal);
  return [...readRows(asked.module, rows, { askedDealerId: asked.dealerId ?? '', timeZone: asked.endpoint.timeZone })];
}
