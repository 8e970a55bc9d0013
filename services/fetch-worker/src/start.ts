import type { ServiceContext } from '@lanekeeper/service-kit';
import { startWorkerService } from '@lanekeeper/worker-kit';
import type { FetchWorkerConfig } from './config.ts';
import { createFetch } from './fetch/create-fetch.ts';
import type { StepHook } from './fetch/fetch-parts.ts';
import { openParts } from './open-parts.ts';

/** Starts the fetch worker, which serves `fetch`. `onStep` is told at each step of a window; for tests. */
export function startFetchWorker(
  config: FetchWorkerConfig,
  context: ServiceContext,
  onStep?: StepHook,
): Promise<{ url: string }> {
  return startWorkerService(config, context, {
    name: 'fetch-worker',
    open: () => openParts(config, context, onStep),
    serve: (parts) => ({ workload: 'fetch', handle: createFetch(parts) }),
  });
}
