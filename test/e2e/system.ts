import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HttpHost } from '@lanekeeper/local-stack';
import { type LocalServer, type MysqlServer, type NatsServer, startMysql, startNats } from '@lanekeeper/local-stack';
import { readConfig } from '../../demo/launcher/config.ts';
import {
  gatewayService,
  imageWorkerService,
  type Part,
  type PartOptions,
  statusService,
} from '../../demo/launcher/parts.ts';
import { startScript } from '../../demo/launcher/start-script.ts';
import { Supervisor } from '../../demo/launcher/supervisor.ts';
import { startPhotoHost } from './photo-host.ts';
import { RembgStandIn } from './rembg-stand-in.ts';

/** How a system differs from the one that `npm start` runs. */
export type SystemOptions = {
  /** Added to the environment of every service. */
  env?: Record<string, string>;
  /** Starts no image worker: the test does. */
  noImageWorker?: boolean;
};

type Service = LocalServer & { url: string };

/** The whole system as real processes, with stand-ins for what is outside of it: photo host and rembg servers. */
export type System = AsyncDisposable & {
  /** Base URL of the public API. */
  readonly url: string;
  readonly nats: NatsServer;
  readonly mysql: MysqlServer;
  /** What the supervisor starts again when it dies. */
  readonly gateway: Service;
  readonly status: Service;
  readonly imageWorker: Service | undefined;
  readonly photos: HttpHost;
  readonly rembg: readonly RembgStandIn[];
  /** Starts a part beside the system, with the services' environment; nobody starts it again. */
  startPart: (part: (parts: PartOptions, shared: Record<string, string>) => Part) => Promise<Service>;
  /** Starts one more image worker, which nobody starts again. */
  startImageWorker: () => Promise<Service>;
};

const ANY_PORT = Object.fromEntries(
  ['GATEWAY', 'STATUS', 'IMAGE_WORKER', 'BROWSER_WORKER', 'FETCH_WORKER', 'MARKETPLACE', 'DEALER_API', 'PHOTOS'].map(
    (name) => [`${name}_PORT`, '0'],
  ),
);
const REMBG_COUNT = 3;
const ignore = () => undefined;

/** Starts a system in a folder of its own; disposing it stops everything and removes the folder. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-e2e-'));
  const supervisor = new Supervisor({ ready: ignore, died: ignore, changed: ignore, gaveUp: ignore });
  const releases = new AsyncDisposableStack();
  releases.defer(() => rm(dir, { recursive: true, force: true }));
  try {
    const [nats, mysql, photos, ...rembg] = await Promise.all([
      startNats({ dir: path.join(dir, 'nats') }).then((server) => stopped(releases, server)),
      startMysql({ dir: path.join(dir, 'mysql') }).then((server) => stopped(releases, server)),
      startPhotoHost().then((host) => releases.use(host)),
      ...Array.from({ length: REMBG_COUNT }, async () => releases.use(await RembgStandIn.start())),
    ]);
    releases.defer(() => supervisor.stopAll());
    const shared = {
      NATS_URL: nats.url,
      DATABASE_URL: mysql.url,
      DRAIN_TIMEOUT_MS: '1000',
      WORKER_ACK_WAIT_MS: '5000',
      ...options.env,
    };
    const parts = { config: readConfig(ANY_PORT), dir };
    const start = (part: Part) =>
      startScript({ ...part, logFile: path.join(dir, 'logs', `${part.name}.log`), onLine: ignore });
    const supervised = (part: Part) => supervisor.add(part.name, () => start(part));

    const status = await supervised(statusService(parts, shared));
    const gateway = await supervised(gatewayService(parts, { ...shared, STATUS_URL: status.url }));
    const worker = imageWorkerService(parts, {
      ...shared,
      PUBLIC_URL: gateway.url,
      REMBG_URLS: rembg.map(({ url }) => url).join(','),
      PHOTO_ALLOWED_HOSTS: photos.host,
    });
    const imageWorker = options.noImageWorker ? undefined : await supervised(worker);
    const startImageWorker = async () => stopped(releases, await start(worker));
    const startPart: System['startPart'] = async (part) => stopped(releases, await start(part(parts, shared)));
    const all = { nats, mysql, gateway, status, imageWorker, photos, rembg, startPart, startImageWorker };
    return { url: gateway.url, ...all, [Symbol.asyncDispose]: () => releases.disposeAsync() };
  } catch (error) {
    await releases.disposeAsync();
    throw error;
  }
}

function stopped<S extends LocalServer>(releases: AsyncDisposableStack, server: S): S {
  releases.defer(() => server.stop());
  return server;
}
