import { execFile } from 'node:child_process';
import path from 'node:path';
import { inspect, promisify } from 'node:util';
import {
  createDgiClient,
  DgiError,
  dgiModules,
  earliestTime,
  localTime,
  moduleOf,
  readRows,
  splitWindows,
  type WindowRequest,
} from '@lanekeeper/dgi';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../behaviour.ts';
import { groupOf, requestOf } from './requests.ts';
import { runningApi } from './running-api.ts';

const group = groupOf('nusantara');
const signal = AbortSignal.timeout(300_000);
const now = new Date();
/** The last six days: there is data in it. */
const window = {
  from: localTime(new Date(now.getTime() - 6 * 86_400_000), group.timeZone),
  to: localTime(now, group.timeZone),
};

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

/** The failure of a request; never tells a secret, in no form. */
async function failureOf(changes: Partial<WindowRequest> = {}, client = api.client): Promise<DgiError> {
  const failure = await client.fetchWindow(request(changes), signal).catch((error: unknown) => error);
  if (!(failure instanceof DgiError)) throw new Error('no DgiError', { cause: failure });
  const { apiKey, secretKey } = request(changes).credential;
  for (const secret of [apiKey, secretKey]) expect(inspect(failure, { depth: 5 })).not.toContain(secret);
  return failure;
}

describe('all rows of all modules', () => {
  it.each(['nusantara', 'timur'])('%s: the client reads what the server has', async (name) => {
    const asked = requestOf(groupOf(name), api.url, window);
    const { timeZone } = asked.endpoint;
    const [from, to] = [earliestTime(now, timeZone), localTime(now, timeZone)];
    for (const module of dgiModules.values()) {
      const found = new Map<string, number>();
      for (const part of splitWindows({ from, to, timeZone, now })) {
        const answer = await api.client.fetchWindow({ ...asked, module, ...part }, signal);
        for (const outcome of readRows(module, answer.rows, { askedDealerId: asked.dealerId ?? '', timeZone })) {
          if (!outcome.ok) throw new Error(`${module.module}: ${outcome.message}`);
          const lines = Object.values(outcome.row.nested).reduce((sum, list) => sum + list.length, 0);
          found.set(outcome.row.documentNumber, lines);
        }
      }
      const query = new URLSearchParams({ dealerId: asked.dealerId ?? '', module: module.fetchType, from, to });
      const truth = (await api.judge('GET', `counts?${query}`)) as { rows: number; lines: Record<string, number> };
      const total = (numbers: Iterable<number>) => [...numbers].reduce((sum, count) => sum + count, 0);
      expect({ module: module.module, rows: found.size, lines: total(found.values()) }).toEqual({
        ...{ module: module.module, rows: truth.rows, lines: total(Object.values(truth.lines)) },
      });
      expect(found.size).toBeGreaterThan(0);
    }
  });
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
    ['too many requests', { failures: 1, failureStatus: 429 }, { code: 'DGI_QUOTA', retryable: false }],
    ['an answer cut in the middle', { cutAnswer: true }, { code: 'DGI_NETWORK', retryable: true }],
    [
      'a clock that differs, unknowably',
      { clockSkewSeconds: 60, honestDate: true },
      { code: 'DGI_SKEW', retryable: true },
    ],
  ])('%s', async (_, behaviour, expected) => {
    for (const scope of [group.name, '08138']) {
      await api.behave(scope, behaviour);
      expect(await failureOf()).toMatchObject(expected);
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
    const failure = await failureOf({}, client);
    expect(failure).toMatchObject({
      code: 'DGI_NETWORK',
      retryable: true,
      message: expect.stringContaining('check the API key too'),
    });
    await api.behave('08138', { delayMs: 20 });
    expect((await api.client.fetchWindow(request(), signal)).requestMs).toBeGreaterThanOrEqual(20);
    await client.close();
  });

  it('rows without a key and of others are refused one by one; the rest is read', async () => {
    const usual = await readAll(request());
    await api.behave('08138', { rowsWithoutKey: 3, foreignRows: 2 });
    const mixed = await readAll(request());
    expect(mixed.filter(({ ok }) => ok)).toEqual(usual);
    expect(Object.groupBy(mixed, (one) => (one.ok ? 'ok' : one.reason))).toMatchObject({
      ...{ KEY_MISSING: { length: 3 }, DEALER_NOT_ASKED: { length: 2 } },
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

describe('the client', () => {
  it('tells a wrong separator, an unknown key and a wrong path from each other', async () => {
    const { endpoint, credential } = request();
    expect(await failureOf({ endpoint: { ...endpoint, tokenSeparator: ':' } })).toMatchObject({
      code: 'DGI_CREDENTIAL',
    });
    expect(await failureOf({ credential: { ...credential, apiKey: 'unknown-key-0001' } })).toMatchObject({
      code: 'DGI_CREDENTIAL',
    });
    const wrongPath = await failureOf({ endpoint: { ...endpoint, baseUrl: `${api.url}/dgi-api/v9` } });
    expect(wrongPath).toMatchObject({ code: 'DGI_PROTOCOL', message: expect.stringContaining('check the base URL') });
  });

  it('never sends a credential to a server of the other environment', async () => {
    const before = await api.judge('GET', 'requests');
    const { credential } = request();
    expect(await failureOf({ credential: { ...credential, environment: 'live' } })).toMatchObject({
      code: 'DGI_CREDENTIAL',
    });
    expect(await api.judge('GET', 'requests')).toEqual(before);
  });

  it('asks the hook before each request, and sends nothing when it refuses', async () => {
    const seen: number[] = [];
    await using other = await runningApi({
      beforeRequest: async ({ attempt, apiKey }) => {
        expect(apiKey).toBe(group.apiKey);
        seen.push(attempt);
        if (seen.length > 2) throw new DgiError('DGI_QUOTA', 'The quota of the day is used up');
      },
    });
    await other.behave(group.name, { clockSkewSeconds: 60 });
    const asked = requestOf(group, other.url, window);
    await other.client.fetchWindow(asked, signal);
    await expect(other.client.fetchWindow(asked, signal)).rejects.toMatchObject({ code: 'DGI_QUOTA' });
    expect(seen).toEqual([1, 2, 1]);
    expect(await other.judge('GET', 'requests')).toEqual({ nusantara: 2 });
  });

  it('refuses an answer that is too large, and stops when it is told to', async () => {
    await using other = await runningApi({ maxBytes: 2_000 });
    await expect(other.client.fetchWindow(requestOf(group, other.url, window), signal)).rejects.toMatchObject({
      ...{ code: 'DGI_PROTOCOL', message: expect.stringContaining('fetch shorter windows') },
    });
    await other.behave(group.name, { hang: true });
    const stop = new AbortController();
    const running = other.client.fetchWindow(requestOf(group, other.url, window), stop.signal);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('says that a server is not there', async () => {
    const other = await runningApi();
    await other[Symbol.asyncDispose]();
    const { endpoint } = requestOf(group, other.url, window);
    expect(await failureOf({ endpoint })).toMatchObject({ code: 'DGI_NETWORK', retryable: true });
  });
});

it('50,000 rows of one window leave a worker of 512 MB room for its database and queue', async () => {
  await using other = await runningApi();
  const at = localTime(new Date(now.getTime() - 60_000), group.timeZone);
  await other.judge('POST', 'bulk', { dealerId: '08138', module: 'prospect', count: 50_000, at });
  const script = path.join(import.meta.dirname, 'read-huge-window.ts');
  // Without a limit V8 lets garbage lie as long as the machine has memory, and the peak says little.
  const args = ['--max-old-space-size=256', script, other.url, 'prospect', at, at];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
  const result = JSON.parse(stdout) as { rows: number; lines: number; bytes: number; peakMb: number };
  expect(result.rows).toBe(50_000);
  expect(result.lines).toBeGreaterThanOrEqual(50_000);
  expect(result.bytes).toBeGreaterThan(40_000_000);
  expect(result.peakMb).toBeLessThan(450);
}, 120_000);
