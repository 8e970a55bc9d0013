import { type Lanes, openLanes, startWorker, type Worker } from '@lanekeeper/lanes';
import { connectNats, limitsFrom, type ServiceContext, startHealthServer } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import type { ImageWorkerConfig } from './config.ts';
import { configureImageLibrary } from './image-library.ts';
import { type OpenParts, openParts } from './open-parts.ts';
import { type Opened, readinessChecks } from './readiness.ts';
import { createRemoveBg } from './remove-bg.ts';
import { removeBgWorkload } from './remove-bg-workload.ts';

/**
 * Starts the image worker: answers health checks from the first moment, waits for the database and NATS, then serves
 * `remove-bg`. Does not wait for rembg: jobs that come before a server is warm wait for it.
 */
export async function startImageWorker(config: ImageWorkerConfig, context: ServiceContext): Promise<{ url: string }> {
  const { log, releasers } = context;
  configureImageLibrary();
  const opened: Opened = {};
  const health = await startHealthServer({ host: config.HOST, port: config.PORT }, readinessChecks(opened));
  releasers.add('health', () => health.close());
  log.info({ url: health.url }, 'health routes');
  opened.parts = await openParts(config, context);
  opened.nc = await connectNats({ url: config.NATS_URL, name: 'image-worker', log });
  const { nc, parts } = { nc: opened.nc, parts: opened.parts };
  releasers.add('nats', () => nc.drain());
  const worker = await serve(config, context, await openWith(nc, config, context), parts);
  releasers.add('worker', () => worker.stop(config.DRAIN_TIMEOUT_MS));
  opened.serving = true;
  return { url: health.url };
}

function openWith(nc: NatsConnection, config: ImageWorkerConfig, { log }: ServiceContext): Promise<Lanes> {
  return openLanes({
    nc,
    prefix: config.STREAM_PREFIX,
    replicas: config.STREAM_REPLICAS,
    onHealable: (err) => log.warn({ err }, 'the sweep will mend this'),
  });
}

function serve(config: ImageWorkerConfig, context: ServiceContext, lanes: Lanes, parts: OpenParts): Promise<Worker> {
  return startWorker({
    lanes,
    workload: removeBgWorkload(limitsFrom('remove-bg', config)),
    handle: createRemoveBg(parts),
    ...(config.WORKER_SLOTS > 0 ? { slots: config.WORKER_SLOTS } : {}),
    times: { ackWaitMs: config.WORKER_ACK_WAIT_MS },
    log: context.log,
    info: () => {
      const { ready, servers } = parts.rembg.status();
      return { rembgHealthy: ready, rembg: servers };
    },
    onStuck: (jobId) => context.stop(1, `job ${jobId} ignores its abort signal`),
  });
}
