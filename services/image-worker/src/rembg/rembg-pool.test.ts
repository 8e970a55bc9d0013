import { createLogger } from '@lanekeeper/service-kit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type MakeMask, type MaskServer, startMaskServer } from '../../test/mask-server.ts';
import { ellipseMask } from '../../test/photos.ts';
import { makeWarmUpPhoto } from '../image-library.ts';
import { RembgPool, type RembgPoolOptions } from './rembg-pool.ts';

const mask = await ellipseMask(64, 48);
const photo = Buffer.from('a photo');
const warmUpImage = await makeWarmUpPhoto();
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startServers(count: number, makeMask: MakeMask = () => mask): Promise<MaskServer[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => startMaskServer(makeMask)));
  for (const server of servers) open.push(server.close);
  return servers;
}

function openPool(servers: readonly MaskServer[], options: Partial<RembgPoolOptions> = {}): RembgPool {
  const pool = new RembgPool({
    urls: servers.map(({ url }) => url),
    model: 'isnet-general-use',
    warmUpImage,
    log: createLogger('test', 'silent'),
    patienceMs: 500,
    ...options,
    times: { requestMs: 5_000, probeEveryMs: 20, probeEveryMaxMs: 50, ...options.times },
  });
  open.push(() => pool.close());
  return pool;
}

const ready = (pool: RembgPool, count: number) =>
  vi.waitFor(() => expect(pool.status().ready).toBe(count), { timeout: 10_000, interval: 10 });
const never = new AbortController().signal;
const remove = (pool: RembgPool, signal = never) => pool.removeBackground(photo, 'u2net', signal);
const code = (expected: string) => expect.objectContaining({ name: 'JobFailure', code: expected });
/** What each server was asked after its warm-up. */
const jobsOf = (servers: readonly MaskServer[]) => servers.map(({ removals }) => removals.slice(1).length);

/** Answers a mask when told to. */
function gate() {
  const waiting: (() => void)[] = [];
  let closed = false;
  return {
    makeMask: async () => {
      if (closed) await new Promise<void>((resolve) => waiting.push(resolve));
      return mask;
    },
    close: () => {
      closed = true;
    },
    waiting: (count: number) => vi.waitFor(() => expect(waiting).toHaveLength(count), { timeout: 10_000, interval: 5 }),
    release: () => waiting.splice(0).forEach((go) => void go()),
  };
}

describe('the pool of rembg servers', () => {
  test('warms each server up with one small removal of the standard model before it takes work', async () => {
    const servers = await startServers(3);
    await ready(openPool(servers), 3);
    for (const { removals } of servers) {
      expect(removals).toEqual([{ model: 'isnet-general-use', onlyMask: 'true', photo: warmUpImage }]);
    }
  });

  test('asks for the mask only, with the model as a form field', async () => {
    const [server] = (await startServers(1)) as [MaskServer];
    const pool = openPool([server]);
    expect(await remove(pool)).toEqual(mask);
    expect(server.removals.at(-1)).toEqual({ model: 'u2net', onlyMask: 'true', photo });
  });

  test('takes turns among the servers', async () => {
    const servers = await startServers(3);
    const pool = openPool(servers);
    await ready(pool, 3);
    for (let job = 0; job < 6; job++) await remove(pool);
    expect(jobsOf(servers)).toEqual([2, 2, 2]);
  });

  test('gives each server one request at a time; the others wait in order', async () => {
    const held = gate();
    const servers = await startServers(2, held.makeMask);
    const pool = openPool(servers);
    await ready(pool, 2);
    held.close();
    const order: number[] = [];
    const jobs = [0, 1, 2, 3, 4].map((job) => remove(pool).then(() => order.push(job)));
    for (const [waiting, done] of [
      [2, 2],
      [2, 4],
      [1, 5],
    ] as const) {
      await held.waiting(waiting);
      held.release();
      await vi.waitFor(() => expect(order).toHaveLength(done));
    }
    await Promise.all(jobs);
    expect(order.slice(0, 2).sort()).toEqual([0, 1]);
    expect(order.slice(2, 4).sort()).toEqual([2, 3]);
    expect(servers.map((server) => server.mostAtOnce())).toEqual([1, 1]);
  });

  test('lets a waiting job go when its signal aborts, and serves the one behind it', async () => {
    const held = gate();
    const servers = await startServers(1, held.makeMask);
    const pool = openPool(servers);
    await ready(pool, 1);
    held.close();
    const stop = new AbortController();
    const first = remove(pool);
    const second = remove(pool, stop.signal);
    const third = remove(pool);
    await held.waiting(1);
    stop.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    held.release();
    await first;
    await held.waiting(1);
    held.release();
    expect(await third).toEqual(mask);
  });

  test('lets the other servers take over when one is down, within the same call', async () => {
    const servers = await startServers(3);
    const pool = openPool(servers);
    await ready(pool, 3);
    await servers[1]?.close();
    const masks = await Promise.all(Array.from({ length: 6 }, () => remove(pool)));
    expect(masks.every((answer) => answer.equals(mask))).toBe(true);
    expect(pool.status().servers.map(({ state }) => state)).toEqual(['ready', 'down', 'ready']);
  });

  test('takes a server back once it answers again, warmed up anew', async () => {
    const [server] = (await startServers(1)) as [MaskServer];
    const pool = openPool([server]);
    await ready(pool, 1);
    await server.close();
    await expect(remove(pool)).rejects.toEqual(code('REMBG_UNAVAILABLE'));
    const again = await startMaskServer(() => mask, Number(new URL(server.url).port));
    open.push(again.close);
    expect(await remove(pool)).toEqual(mask);
    expect(again.removals.map(({ model }) => model)).toEqual(['isnet-general-use', 'u2net']);
  });

  test('holds a job for a server that is about to come back', async () => {
    const [server] = (await startServers(1)) as [MaskServer];
    server.mode = 'hang';
    const pool = openPool([server], { patienceMs: 20_000, times: { probeMs: 100 } });
    const removal = remove(pool);
    await vi.waitFor(() => expect(pool.status().servers[0]?.state).toBe('down'), { timeout: 10_000 });
    server.mode = 'ok';
    expect(await removal).toEqual(mask);
  });

  test('counts a server that hangs as down', async () => {
    const servers = await startServers(2);
    const pool = openPool(servers, { times: { requestMs: 200, probeMs: 200 } });
    await ready(pool, 2);
    (servers[0] as MaskServer).mode = 'hang';
    for (let job = 0; job < 3; job++) expect(await remove(pool)).toEqual(mask);
    expect(pool.status().ready).toBe(1);
  });

  test('tries a photo that a server failed on once more elsewhere', async () => {
    const servers = await startServers(2);
    const pool = openPool(servers);
    await ready(pool, 2);
    (servers[0] as MaskServer).mode = '500';
    expect(await remove(pool)).toEqual(mask);
    expect(jobsOf(servers)).toEqual([1, 1]);
    expect(pool.status().ready).toBe(2);
  });

  test('fails a photo that two servers failed on', async () => {
    const servers = await startServers(3);
    const pool = openPool(servers);
    await ready(pool, 3);
    for (const server of servers) server.mode = '500';
    await expect(remove(pool)).rejects.toEqual(code('REMBG_ERROR'));
    expect(jobsOf(servers).reduce((sum, jobs) => sum + jobs)).toBe(2);
    expect(pool.status().ready).toBe(3);
  });

  test('takes a server out that fails again and again', async () => {
    const servers = await startServers(2);
    const pool = openPool(servers);
    await ready(pool, 2);
    const sick = servers[0] as MaskServer;
    sick.mode = '500';
    for (let job = 0; job < 6; job++) expect(await remove(pool)).toEqual(mask);
    expect(pool.status().servers[0]?.state).toBe('down');
    sick.mode = 'ok';
    await ready(pool, 2);
  });

  test('fails at once on a request that rembg refuses, without blaming the server', async () => {
    const servers = await startServers(2);
    const pool = openPool(servers);
    await ready(pool, 2);
    for (const server of servers) server.mode = '422';
    await expect(remove(pool)).rejects.toEqual(code('REMBG_REJECTED'));
    expect(pool.status().ready).toBe(2);
  });

  test('fails on an answer that is no mask', async () => {
    const [server] = (await startServers(1)) as [MaskServer];
    const pool = openPool([server]);
    await ready(pool, 1);
    server.mode = 'garbage';
    await expect(remove(pool)).rejects.toEqual(code('REMBG_ERROR'));
  });
});
