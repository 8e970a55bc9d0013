import { randomBytes } from 'node:crypto';
import { type Command, type JobEvent, type Names, names } from '@lanekeeper/contracts';
import { openLanes } from '@lanekeeper/lanes';
import { type FreshDatabase, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, loadConfig, Releasers } from '@lanekeeper/service-kit';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Kysely } from 'kysely';
import { StatusConfig } from '../src/config.ts';
import type { StatusSchema } from '../src/database/schema.ts';
import { startStatus } from '../src/start-status.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they are there to check
export type Json = any;

/** A running status service of a test. */
export type RunningStatus = AsyncDisposable & {
  url: string;
  stop: () => Promise<void>;
  /** Reasons for which the service asked to be stopped. */
  stops: string[];
  get: (path: string, headers?: Record<string, string>) => Promise<{ status: number; body: Json; headers: Headers }>;
};

/** A namespace of its own on real servers, with what a test needs to play the other services. */
export type Testbed = AsyncDisposable & {
  env: Record<string, string>;
  names: Names;
  nc: NatsConnection;
  js: JetStreamClient;
  db: Kysely<StatusSchema>;
  database: FreshDatabase;
  publish: (event: JobEvent) => Promise<number>;
  start: (env?: Record<string, string>) => Promise<RunningStatus>;
};

/** Opens a namespace on the given servers. */
export async function openTestbed(natsUrl: string, mysqlAdminUrl: string): Promise<Testbed> {
  const prefix = `t${randomBytes(5).toString('hex')}_`;
  const database = await freshDatabase(mysqlAdminUrl);
  const nc = await connect({ servers: new URL(natsUrl).host, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  await openLanes({ nc, prefix });
  const js = jetstream(nc);
  const db = connectDatabase<StatusSchema>({ url: database.url, poolSize: 3 });
  const named = names(prefix);
  const env = {
    NATS_URL: natsUrl,
    DATABASE_URL: database.url,
    STREAM_PREFIX: prefix,
    PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
  };
  const running = new Set<RunningStatus>();
  return {
    env,
    names: named,
    nc,
    js,
    db,
    database,
    publish: async (event) => {
      const subject = named.event(event.workload, event.lane, event.jobId);
      return (await js.publish(subject, JSON.stringify(event))).seq;
    },
    start: async (more = {}) => {
      const status = await startInProcess({ ...env, ...more });
      running.add(status);
      return status;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((status) => status.stop()));
      await db.destroy();
      await nc.close();
      await database.drop();
    },
  };
}

async function startInProcess(env: Record<string, string>): Promise<RunningStatus> {
  const config = loadConfig(StatusConfig, env);
  const log = createLogger('status', config.LOG_LEVEL);
  const releasers = new Releasers(log);
  const stops: string[] = [];
  const stop = (_code: number, reason: string) => void stops.push(reason);
  const url = await startStatus(config, { log, releasers, stop, stopping: new AbortController().signal });
  const release = () => releasers.releaseAll();
  const get: RunningStatus['get'] = async (path, headers = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, body: await response.json(), headers: response.headers };
  };
  return { url, stop: release, stops, get, [Symbol.asyncDispose]: release };
}

let serial = 0;

/** A command of a test. */
export function aCommand(parts: Partial<Command> = {}): Command {
  const jobId = parts.jobId ?? `job-${process.pid}-${++serial}`;
  const submittedAt = new Date(Date.UTC(2026, 0, 1) + ++serial).toISOString();
  const data = { recordId: `rec-${jobId}`, photoUrl: 'https://photos.example/1.jpg', vendorId: 'v1' };
  return { jobId, workload: 'remove-bg', lane: 'v1', tenant: 't1', data, submittedAt, ...parts };
}

/** The events of a command's life, each at its own second. */
export function eventsOf(job: Command) {
  const { jobId, workload, lane } = job;
  const at = (second: number) => new Date(Date.parse(job.submittedAt) + second * 1_000).toISOString();
  const common = { jobId, workload, lane };
  const error = { code: 'TIMEOUT', message: 'It took too long.', retryable: true };
  return {
    queued: (commandSeq = 1): JobEvent => ({ type: 'queued', ...common, at: at(0), job, commandSeq }),
    started: (attempt = 1, second = 1): JobEvent => ({
      type: 'started',
      ...common,
      at: at(second),
      attempt,
      worker: 'w1',
      job,
      commandSeq: 1,
    }),
    progressed: (percent: number, attempt = 1): JobEvent => ({
      type: 'progressed',
      ...common,
      at: at(2),
      attempt,
      worker: 'w1',
      percent,
    }),
    retry: (attempt = 1): JobEvent => ({ type: 'retry-scheduled', ...common, at: at(3), attempt, dueAt: at(5), error }),
    completed: (attempt = 1, second = 4): JobEvent => ({
      type: 'completed',
      ...common,
      at: at(second),
      attempt,
      result: { ok: true },
    }),
    cancelled: (): JobEvent => ({ type: 'cancelled', ...common, at: at(4) }),
    uncertain: (): JobEvent => ({ type: 'uncertain', ...common, at: at(4), attempt: 1, error }),
    resolved: (as: 'completed' | 'retry'): JobEvent => ({ type: 'resolved', ...common, at: at(5), as }),
    failed: (message = error.message): JobEvent => ({
      type: 'failed',
      ...common,
      at: at(4),
      attempt: 1,
      error: { ...error, message },
    }),
  };
}

/** Resolves when the projection covers a sequence, as readers see it. */
export async function untilApplied(status: RunningStatus, seq: number): Promise<void> {
  for (;;) {
    const { status: code } = await status.get(`/v1/jobs?limit=1&minSeq=${seq}`);
    if (code === 200) return;
    if (code !== 503) throw new Error(`unexpected answer ${code}`);
  }
}
