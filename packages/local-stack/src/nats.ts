import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchProcess } from './launch-process.ts';
import { type LocalServer, startServer } from './local-server.ts';
import { projectRoot, readTools } from './tools.ts';

/** Where and how to run a NATS server. */
export interface NatsOptions {
  /** Folder of its own for data and log; kept when the server stops. */
  dir: string;
  /** Preferred port for clients; another one is taken when it is busy. Default: any free one. */
  port?: number;
  /** Preferred port for monitoring. Default: any free one. */
  monitorPort?: number;
  /** Overrides how often JetStream writes to disk, for comparisons only, e.g. `2m`. Default: as shipped, `always`. */
  syncInterval?: string;
  /** Default: `nats-server.log` in `dir`. */
  logFile?: string;
  /** Flags for the command line besides the configuration, e.g. those of a cluster. */
  flags?: readonly string[];
}

/** A NATS server with JetStream on this machine. */
export interface NatsServer extends LocalServer {
  readonly url: string;
  /** Base of the monitoring endpoints (`/healthz`, `/jsz`, `/varz`). */
  readonly monitorUrl: string;
}

const HOST = '127.0.0.1';
const SHIPPED_CONFIG = path.join(projectRoot, 'deploy/nats/nats-server.conf');

/** Starts a NATS server with the shipped configuration. Throws a `StackError` when that is not possible. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { natsServer } = await readTools();
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const config = options.syncInterval ? await configWith(options.syncInterval, dir) : SHIPPED_CONFIG;
  const [server, [port, monitorPort]] = await startServer(
    [options.port ?? 0, options.monitorPort ?? 0],
    ([client, monitor]) =>
      launchProcess({
        command: natsServer.path,
        args: ['-c', config, ...(options.flags ?? [])],
        env: {
          NATS_HOST: HOST,
          NATS_PORT: String(client),
          NATS_MONITOR_PORT: String(monitor),
          NATS_STORE_DIR: path.join(dir, 'store'),
          LANEKEEPER_STACK_DIR: dir,
        },
        logFile: options.logFile ?? path.join(dir, 'nats-server.log'),
        ready: /Server is ready/,
      }),
  );
  return Object.assign(server, { url: `nats://${HOST}:${port}`, monitorUrl: `http://${HOST}:${monitorPort}` });
}

async function configWith(syncInterval: string, dir: string): Promise<string> {
  const shipped = await readFile(SHIPPED_CONFIG, 'utf8');
  const file = path.join(dir, 'nats-server.conf');
  await writeFile(file, shipped.replace(/sync_interval: \S+/, `sync_interval: ${JSON.stringify(syncInterval)}`));
  return file;
}
