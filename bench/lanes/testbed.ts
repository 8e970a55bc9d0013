import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Lanes, type NewJob, openLanes } from '@lanekeeper/lanes';
import {
  type LaunchedProcess,
  launchProcess,
  type NatsCluster,
  type NatsServer,
  startNats,
  startNatsCluster,
} from '@lanekeeper/local-stack';
import { connect } from '@nats-io/transport-node';
import { type BenchCommand, limitsFor, type Report, WORKLOAD, type WorkerSettings } from './settings.ts';

/** A NATS server with empty lanes, and workers as processes of their own. */
export type Testbed = AsyncDisposable & {
  /** The server, or the first node of the cluster. */
  nats: NatsServer;
  /** Only of a cluster. */
  cluster?: NatsCluster;
  /** host:port; several, comma-separated, are a cluster. */
  server: string;
  lanes: Lanes;
  /** Submits one bulk. */
  submit: (jobs: readonly (BenchCommand & { lane: string })[]) => Promise<string[]>;
  worker: (settings: WorkerWish) => Promise<LaunchedProcess>;
  /** How many commands are left. */
  left: () => Promise<number>;
  /** Waits until no command is left. */
  drained: () => Promise<void>;
};

/** How a worker is to run, and who hears its reports. */
export type WorkerWish = Partial<WorkerSettings> & { slots: number; onReport?: (report: Report) => void };

const POLL_MS = 10;

/** Starts a server of its own, `syncInterval` as in `startNats`; or a cluster, with as many replicas as nodes. */
export async function openTestbed(syncInterval?: string, nodes = 1): Promise<Testbed> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-bench-'));
  const options = { dir: path.join(dir, 'nats'), ...(syncInterval ? { syncInterval } : {}) };
  const cluster = nodes > 1 ? await startNatsCluster({ ...options, size: nodes }) : undefined;
  const nats = cluster?.nodes[0] ?? (await startNats(options));
  const server = cluster?.servers.join(',') ?? new URL(nats.url).host;
  const nc = await connect({ servers: server.split(','), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const lanes = await openLanes({ nc, replicas: nodes });
  const workers: LaunchedProcess[] = [];
  const left = async () => (await lanes.jsm.streams.info(lanes.names.commandsStream)).state.messages;
  return {
    nats,
    ...(cluster ? { cluster } : {}),
    server,
    lanes,
    submit: async (jobs) => {
      const submitted = await lanes.submit(jobs.map(({ lane, ms }) => newJob(lane, ms)));
      return submitted.jobs.map(({ jobId }) => jobId);
    },
    worker: async ({ onReport, ...wish }) => {
      const launched = await launchProcess({
        name: 'the measured worker',
        command: process.execPath,
        args: [
          ...(process.env.WORKER_ARGS ?? '').split(' ').filter(Boolean),
          path.join(import.meta.dirname, 'worker-process.ts'),
          JSON.stringify(settingsOf(server, nodes, wish)),
        ],
        logFile: path.join(dir, 'worker.log'),
        ready: /"ready"/,
        // Whatever else a process prints is in its log.
        onLine: (line) => line.startsWith('{') && onReport?.(JSON.parse(line) as Report),
      });
      workers.push(launched);
      return launched;
    },
    left,
    drained: async () => {
      while ((await left()) > 0) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await nc.close();
      await (cluster ?? nats).stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function newJob(lane: string, ms: number): NewJob {
  return { workload: WORKLOAD, width: 1, lane, data: { ms }, tenant: 'bench' };
}

function settingsOf(server: string, replicas: number, wish: WorkerWish): WorkerSettings {
  return { server, replicas, limits: limitsFor(wish.slots), ...wish };
}
