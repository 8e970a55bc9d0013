import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { LauncherConfig } from './config.ts';
import type { Script } from './start-script.ts';

/** A script of the stack: what it is, before it is known where its log goes. */
export type Part = Omit<Script, 'logFile' | 'onLine'>;

/** What the parts are made from. */
export interface PartOptions {
  config: LauncherConfig;
  /** Data folder. */
  dir: string;
}

type Environment = Record<string, string>;

/** Where the photos come from. */
export const photoHost = ({ config }: PartOptions): Part => ({
  name: 'photos',
  entry: 'demo/photo-host/main.ts',
  port: config.PHOTOS_PORT,
  readyPath: '/car-1.jpg',
});

/** The rembg servers; together they use this machine's cores once. */
export function rembgServers({ config }: PartOptions): Part[] {
  const threads = config.REMBG_THREADS ?? Math.max(1, Math.floor(availableParallelism() / config.REMBG_COUNT));
  return Array.from({ length: config.REMBG_COUNT }, (_, index) => ({
    name: `rembg-${index + 1}`,
    entry: 'demo/rembg-server/main.ts',
    port: config.REMBG_PORT && config.REMBG_PORT + index,
    readyPath: '/api',
    env: () => ({ REMBG_THREADS: String(threads) }),
  }));
}

/** The status service. */
export const statusService = ({ config }: PartOptions, shared: Environment): Part => ({
  name: 'status',
  entry: 'services/status/src/main.ts',
  port: config.STATUS_PORT,
  readyPath: '/readyz',
  env: () => shared,
});

/** The gateway. */
export const gatewayService = ({ config, dir }: PartOptions, shared: Environment): Part => ({
  name: 'gateway',
  entry: 'services/gateway/src/main.ts',
  port: config.GATEWAY_PORT,
  readyPath: '/readyz',
  env: (url) => ({
    ...shared,
    AUTH: 'off',
    PUBLIC_URL: url,
    MEDIA_DIR: path.join(dir, 'media'),
    EVIDENCE_DIR: path.join(dir, 'evidence'),
    RATE_LIMIT_REMOVAL: config.RATE_LIMIT_REMOVAL,
    RATE_LIMIT_IMAGE: config.RATE_LIMIT_IMAGE,
    RATE_LIMIT_BULK: config.RATE_LIMIT_BULK,
    RATE_LIMIT_CLIENT: config.RATE_LIMIT_CLIENT,
  }),
});

/** The image worker. */
export const imageWorkerService = ({ config, dir }: PartOptions, shared: Environment): Part => ({
  name: 'image-worker',
  entry: 'services/image-worker/src/main.ts',
  port: config.IMAGE_WORKER_PORT,
  readyPath: '/readyz',
  // glibc keeps freed memory in an arena per thread; with two the worker's peak falls by a third (docs/images.md).
  // The demo's model runs on processors that everything here shares: on a busy machine a photo may take a minute.
  env: () => ({
    MALLOC_ARENA_MAX: '2',
    REMBG_TIMEOUT_MS: '90000',
    REMOVE_BG_TIMEOUT_MS: '240000',
    ...shared,
    STORE: 'local',
    MEDIA_DIR: path.join(dir, 'media'),
  }),
});

/** The marketplace site; it keeps what was published in a database of its own. */
export const marketplaceSite = ({ config, dir }: PartOptions): Part => ({
  name: 'marketplace',
  entry: 'demo/marketplace/main.ts',
  port: config.MARKETPLACE_PORT,
  readyPath: '/healthz',
  env: () => ({ MARKETPLACE_FILE: path.join(dir, 'marketplace.sqlite'), MARKETPLACE_DELAY_MS: '50' }),
});

/** The browser worker. The demo's accounts need no gap between their operations. */
export const browserWorkerService = ({ config, dir }: PartOptions, shared: Environment): Part => ({
  name: 'browser-worker',
  entry: 'services/browser-worker/src/main.ts',
  port: config.BROWSER_WORKER_PORT,
  readyPath: '/readyz',
  env: () => ({ BROWSER_MIN_GAP_MS: '0', ...shared, EVIDENCE_DIR: path.join(dir, 'evidence') }),
});

/** The server of the dealers' data. */
export const dealerApi = ({ config }: PartOptions): Part => ({
  name: 'dealer-api',
  entry: 'demo/dealer-api/main.ts',
  port: config.DEALER_API_PORT,
  readyPath: '/',
});

/** The fetch worker. */
export const fetchWorkerService = ({ config }: PartOptions, shared: Environment): Part => ({
  name: 'fetch-worker',
  entry: 'services/fetch-worker/src/main.ts',
  port: config.FETCH_WORKER_PORT,
  readyPath: '/readyz',
  env: () => ({ NODE_OPTIONS: '--max-old-space-size=256', ...shared }),
});
