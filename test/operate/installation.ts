import path from 'node:path';
import { type Handler, type Lanes, openLanes, startWorker, type Worker } from '@lanekeeper/lanes';
import { type FreshDatabase, freshDatabase, type NatsServer, startNats } from '@lanekeeper/local-stack';
import { connect } from '@nats-io/transport-node';
import { startScript } from '../../demo/launcher/start-script.ts';

/** A small installation: NATS, a database of its own, and the status service as a process. */
export type Installation = AsyncDisposable & {
  nats: NatsServer;
  database: FreshDatabase;
  /** Opens the lanes; creates the streams if they are missing. */
  lanes: () => Promise<Lanes>;
  /** On its own database unless told otherwise. */
  startStatus: (databaseUrl?: string) => Promise<{ url: string; stop: () => Promise<void> }>;
  worker: (handle: Handler<{ n: number }>) => Promise<Worker>;
};

/** The workload of these tests. */
export const WORKLOAD = 'probe';

/** Starts a NATS server and creates an empty database; services are started by the test. */
export async function startInstallation(dir: string, mysqlAdminUrl: string): Promise<Installation> {
  const releases = new AsyncDisposableStack();
  const nats = await startNats({ dir: path.join(dir, 'nats') });
  releases.defer(() => nats.stop());
  const database = releases.use(await freshDatabase(mysqlAdminUrl));
  const open = async () => {
    const nc = await connect({ servers: new URL(nats.url).host, maxReconnectAttempts: -1 });
    releases.defer(() => nc.close());
    return openLanes({ nc });
  };
  return {
    nats,
    database,
    lanes: open,
    startStatus: async (databaseUrl = database.url) => {
      const status = await startScript({
        name: 'status',
        entry: 'services/status/src/main.ts',
        port: 0,
        readyPath: '/readyz',
        env: () => ({ NATS_URL: nats.url, DATABASE_URL: databaseUrl }),
        logFile: path.join(dir, 'status.log'),
        onLine: () => undefined,
      });
      releases.defer(() => status.stop());
      return status;
    },
    worker: async (handle) => {
      const worker = await startWorker<{ n: number }>({
        lanes: await open(),
        workload: {
          name: WORKLOAD,
          limits: { width: 1, fleetLimit: 4, timeoutMs: 60_000, attempts: 3, backoffMs: 100 },
          check: () => [],
        },
        times: { sweepMs: 1_000 },
        log: { debug() {}, info() {}, warn() {}, error() {} },
        handle,
      });
      releases.defer(() => worker.stop(0));
      return worker;
    },
    [Symbol.asyncDispose]: () => releases.disposeAsync(),
  };
}
