import type { Workload } from '@lanekeeper/contracts';
import { type Handler, type Lanes, openLanes, startWorker } from '@lanekeeper/lanes';
import {
  connectNats,
  limitsFrom,
  type ReadinessChecks,
  type ServiceContext,
  startHealthServer,
} from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Kysely, sql } from 'kysely';
import { catalogueWorkload, type DataOf, type ResultOf } from './catalogue-workload.ts';

/** The part of a worker's configuration that its frame reads. */
export type WorkerServiceConfig = Readonly<{
  HOST: string;
  PORT: number;
  NATS_URL: string;
  STREAM_PREFIX: string;
  STREAM_REPLICAS: number;
  DRAIN_TIMEOUT_MS: number;
  WORKER_ACK_WAIT_MS: number;
  WORKER_SLOTS: number;
}>;

/** What every worker's parts have: the database, for the readiness check. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely is invariant in its schema, and any schema will do here
export type WorkerParts = { db: Kysely<any> };

/** One workload of a worker service. */
export type Served<Name extends Workload> = {
  workload: Name;
  handle: Handler<DataOf<Name>, ResultOf<Name>>;
  /** What `pingWorkers` shows of this worker beside the engine's own. */
  info?: () => Readonly<Record<string, unknown>>;
};

/** What makes one worker service differ from another. */
export type WorkerService<Parts extends WorkerParts, Name extends Workload> = {
  name: string;
  /** Opens everything the handler needs but NATS; waits for what is not up yet, releases with the service. */
  open: () => Promise<Parts>;
  /** The service's workload. `lanes` is for work beside the jobs, e.g. pausing a lane. */
  serve: (parts: Parts, lanes: Lanes) => Served<Name>;
  /** Readiness checks beside NATS and the database. */
  checks?: Readonly<Record<string, (parts: Parts) => string | undefined>>;
};

/** What the start has opened so far. */
type Opened<Parts> = { parts?: Parts; nc?: NatsConnection; serving?: boolean };

/**
 * Starts a worker: answers health checks from the first moment, waits for what it needs and for NATS, then serves its
 * workload. Everything is released with the service.
 */
export async function startWorkerService<Parts extends WorkerParts, Name extends Workload>(
  config: WorkerServiceConfig,
  context: ServiceContext,
  service: WorkerService<Parts, Name>,
): Promise<{ url: string }> {
  const { log, releasers } = context;
  const opened: Opened<Parts> = {};
  const health = await startHealthServer({ host: config.HOST, port: config.PORT }, readinessChecks(opened, service));
  releasers.add('health', () => health.close());
  log.info({ url: health.url }, 'health routes');
  const parts = await service.open();
  opened.parts = parts;
  const nc = await connectNats({ url: config.NATS_URL, name: service.name, log });
  opened.nc = nc;
  releasers.add('nats', () => nc.drain());
  const lanes = await openLanes({
    nc,
    prefix: config.STREAM_PREFIX,
    replicas: config.STREAM_REPLICAS,
    onHealable: (err) => log.warn({ err }, 'the sweep will mend this'),
  });
  const { workload, handle, info } = service.serve(parts, lanes);
  const worker = await startWorker({
    lanes,
    workload: catalogueWorkload(workload, limitsFrom(workload, config)),
    handle,
    ...(config.WORKER_SLOTS > 0 ? { slots: config.WORKER_SLOTS } : {}),
    times: { ackWaitMs: config.WORKER_ACK_WAIT_MS },
    log,
    ...(info ? { info } : {}),
    onStuck: (jobId) => context.stop(1, `job ${jobId} ignores its abort signal`),
  });
  releasers.add('worker', () => worker.stop(config.DRAIN_TIMEOUT_MS));
  opened.serving = true;
  return { url: health.url };
}

/** What must be there before the worker can do work. Answers also while the start still waits for it. */
function readinessChecks<Parts extends WorkerParts, Name extends Workload>(
  opened: Opened<Parts>,
  service: WorkerService<Parts, Name>,
): ReadinessChecks {
  return {
    nats: async () => {
      if (!opened.nc) return 'not connected yet';
      await opened.nc.rtt();
      return undefined;
    },
    database: async () => {
      if (!opened.parts) return 'not up to date yet';
      await sql`SELECT 1`.execute(opened.parts.db);
      return undefined;
    },
    worker: () => (opened.serving ? undefined : 'not started yet'),
    ...Object.fromEntries(
      Object.entries(service.checks ?? {}).map(([name, check]) => [
        name,
        () => (opened.parts ? check(opened.parts) : 'not looked at yet'),
      ]),
    ),
  };
}
