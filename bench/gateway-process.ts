import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, launchProcess, startMysql, startNats } from '@lanekeeper/local-stack';
import { request } from 'undici';

/** A gateway with the servers it needs, each its own process. */
export type GatewayUnderLoad = AsyncDisposable & { url: string; natsUrl: string };

/** Starts NATS (as shipped: synced on every write), MySQL and a gateway, without limits on requests. */
export async function startGateway(): Promise<GatewayUnderLoad> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-bench-'));
  const [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql') }),
  ]);
  await mkdir(path.join(dir, 'media'));
  const port = await freePort(0);
  const url = `http://127.0.0.1:${port}`;
  const gateway = await launchProcess({
    name: 'gateway',
    command: process.execPath,
    args: [path.resolve(import.meta.dirname, '../services/gateway/src/main.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      NATS_URL: nats.url,
      DATABASE_URL: mysql.url,
      PUBLIC_URL: url,
      MEDIA_DIR: path.join(dir, 'media'),
      AUTH: 'off',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'info',
    },
    logFile: path.join(dir, 'gateway.log'),
    ready: /"started"/,
  });
  await untilAccepting(url);
  return {
    url,
    natsUrl: nats.url,
    [Symbol.asyncDispose]: async () => {
      await gateway.stop();
      await Promise.all([nats.stop(), mysql.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The gateway listens before it has found NATS; without a status service it is never wholly ready. */
async function untilAccepting(url: string): Promise<void> {
  for (;;) {
    const readiness = await request(`${url}/readyz`);
    const { missing } = (await readiness.body.json()) as { missing?: Record<string, string> };
    if (!missing?.nats && !missing?.database) return;
    await sleep(100);
  }
}
