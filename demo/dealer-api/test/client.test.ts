import { DgiError, type WindowRequest } from '@lanekeeper/dgi';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

describe('the client', () => {
  it('tells a wrong separator, an unknown key and a wrong path from each other', async () => {
    const { endpoint, credential } = request();
    expect(await failureOf(api.client, request({ endpoint: { ...endpoint, tokenSeparator: ':' } }))).toMatchObject({
      code: 'DGI_CREDENTIAL',
    });
    expect(
      await failureOf(api.client, request({ credential: { ...credential, apiKey: 'unknown-key-0001' } })),
    ).toMatchObject({
      code: 'DGI_CREDENTIAL',
    });
    const wrongPath = await failureOf(
      api.client,
      request({ endpoint: { ...endpoint, baseUrl: `${api.url}/dgi-api/v9` } }),
    );
    expect(wrongPath).toMatchObject({ code: 'DGI_PROTOCOL', message: expect.stringContaining('check the base URL') });
  });

  it('never sends a credential to a server of the other environment', async () => {
    const before = await api.judge('GET', 'requests');
    const { credential } = request();
    expect(await failureOf(api.client, request({ credential: { ...credential, environment: 'live' } }))).toMatchObject({
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
      code: 'DGI_PROTOCOL',
      message: expect.stringContaining('fetch shorter windows'),
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
    expect(await failureOf(api.client, request({ endpoint }))).toMatchObject({ code: 'DGI_NETWORK', retryable: true });
  });
});
