import { afterEach, expect, it } from 'vitest';
import { startHealthServer } from './mod.ts';

let close = async () => {};
afterEach(() => close());

it('is alive always and ready only when no check finds something missing', async () => {
  let missing: string | undefined = 'no rembg server is healthy';
  const server = await startHealthServer(
    { host: '127.0.0.1', port: 0 },
    {
      rembg: () => missing,
      database: () => {
        if (missing) throw new Error('connection refused');
        return undefined;
      },
    },
  );
  close = server.close;
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const before = await fetch(`${server.url}/readyz`);
  expect(before.status).toBe(503);
  expect(await before.json()).toEqual({
    status: 'not ready',
    missing: { rembg: 'no rembg server is healthy', database: 'connection refused' },
  });
  missing = undefined;
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
