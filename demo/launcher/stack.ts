import path from 'node:path';
import { readTools, startMysql, startNats } from '@lanekeeper/local-stack';
import type { LauncherConfig } from './config.ts';
import {
  browserWorkerService,
  dealerApi,
  fetchWorkerService,
  gatewayService,
  imageWorkerService,
  marketplaceSite,
  type Part,
  type PartOptions,
  photoHost,
  rembgServers,
  statusService,
} from './parts.ts';
import { secretsKeyOf } from './secrets-key.ts';
import type { StackFile } from './stack-file.ts';
import { startScript } from './start-script.ts';
import type { Supervisor } from './supervisor.ts';

/** Addresses of everything that runs; all of `stack.json` but the process ids. */
export type Addresses = Omit<StackFile, 'pids'>;

/** What a stack is started with. */
export interface StackOptions extends PartOptions {
  supervisor: Supervisor;
  onLine: (name: string, line: string) => void;
}

// Less than a service's own default: whoever presses Ctrl-C waits for it.
const DRAIN_TIMEOUT_MS = '10000';

/** Starts everything, each part as soon as what it needs is ready; resolves when all is. Throws what does not start. */
export async function startStack(options: StackOptions): Promise<Addresses> {
  const { nats, mysql, photos, marketplace, dealers, rembg } = await startOutside(options);
  const shared = { NATS_URL: nats.url, DATABASE_URL: mysql.url, DRAIN_TIMEOUT_MS };
  const status = await start(options, statusService(options, shared));
  const secrets = { SECRETS_KEY: secretsKeyOf(options.dir) };
  const gateway = await start(options, gatewayService(options, { ...shared, ...secrets, STATUS_URL: status.url }));
  const outside = {
    PUBLIC_URL: gateway.url,
    REMBG_URLS: rembg.join(','),
    PHOTO_ALLOWED_HOSTS: new URL(photos.url).host,
  };
  const imageWorker = await start(options, imageWorkerService(options, { ...shared, ...outside }));
  const chromium = await chromiumPath();
  const browsing = {
    CHROMIUM_PATH: chromium,
    GENERIC_SITE_URL: marketplace.url,
    PHOTO_ALLOWED_HOSTS: outside.PHOTO_ALLOWED_HOSTS,
  };
  const browserWorker = await start(options, browserWorkerService(options, { ...shared, ...secrets, ...browsing }));
  const fetchWorker = await start(options, fetchWorkerService(options, { ...shared, ...secrets }));
  return {
    gateway: gateway.url,
    status: status.url,
    imageWorker: imageWorker.url,
    nats: nats.url,
    natsMonitor: nats.monitorUrl,
    mysql: mysql.url,
    mysqlAdmin: mysql.adminUrl,
    rembg,
    photos: photos.url,
    marketplace: marketplace.url,
    browserWorker: browserWorker.url,
    dealerApi: dealers.url,
    fetchWorker: fetchWorker.url,
    secretsKey: secrets.SECRETS_KEY,
    chromium,
  };
}

/** Starts what the services talk to, all at the same time. */
async function startOutside(options: StackOptions) {
  const [nats, mysql, photos, marketplace, dealers, ...rembg] = await allOrFirstError([
    options.supervisor.add('nats', () => natsServer(options)),
    options.supervisor.add('mysql', () => mysqlServer(options)),
    start(options, photoHost(options)),
    start(options, marketplaceSite(options)),
    start(options, dealerApi(options)),
    ...rembgServers(options).map((part) => start(options, part)),
  ] as const);
  return { nats, mysql, photos, marketplace, dealers, rembg: rembg.map(({ url }) => url) };
}

async function chromiumPath(): Promise<string> {
  const { chromium } = await readTools();
  if (!chromium) throw new Error('No Chromium was found. Run `node scripts/bootstrap.mjs tools`.');
  return chromium.path;
}

const natsServer = ({ config, dir }: StackOptions) =>
  startNats({
    dir: path.join(dir, 'nats'),
    port: config.NATS_PORT,
    monitorPort: config.NATS_MONITOR_PORT,
    logFile: logFile(dir, 'nats'),
  });

const mysqlServer = ({ config, dir }: StackOptions) =>
  startMysql({ dir: path.join(dir, 'mysql'), port: config.MYSQL_PORT, logFile: logFile(dir, 'mysql') });

const logFile = (dir: string, name: string) => path.join(dir, 'logs', `${name}.log`);

const start = ({ config, dir, supervisor, onLine }: StackOptions, part: Part) =>
  supervisor.add(part.name, () =>
    startScript({
      ...part,
      env: (url) => ({ LOG_LEVEL: fileLevel(config), ...part.env?.(url) }),
      logFile: logFile(dir, part.name),
      onLine: (line) => onLine(part.name, line),
    }),
  );

// Not quieter than `info`: at that level each script says that it has started, which its start waits for.
const fileLevel = ({ LOG_LEVEL: level }: LauncherConfig) => (level === 'trace' || level === 'debug' ? level : 'info');

/** Like Promise.all, but waits for every start before it throws, so that what did start can be stopped. */
async function allOrFirstError<const T extends readonly Promise<unknown>[]>(
  starts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(starts);
  return (await Promise.all(starts)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
