import { type DealersDatabase, Schedules } from '@lanekeeper/dealers';
import { limitsFrom, type ServiceContext } from '@lanekeeper/service-kit';
import { startWorkerService } from '@lanekeeper/worker-kit';
import type { Kysely } from 'kysely';
import type { FetchWorkerConfig } from './config.ts';
import { createFetch } from './fetch/create-fetch.ts';
import type { StepHook } from './fetch/fetch-parts.ts';
import { openParts } from './open-parts.ts';
import { keepSchedules } from './schedules/keep-schedules.ts';

/** Starts the fetch worker, which serves `fetch` and runs the schedules. `onStep` is told at each step of a window; for tests. */
export function startFetchWorker(
  config: FetchWorkerConfig,
  context: ServiceContext,
  onStep?: StepHook,
): Promise<{ url: string }> {
  return startWorkerService(config, context, {
    name: 'fetch-worker',
    open: () => openParts(config, context, onStep),
    serve: (parts, lanes) => {
      const schedules = new Schedules(parts.db as unknown as Kysely<DealersDatabase>);
      const { width } = limitsFrom('fetch', config);
      const running = keepSchedules({ schedules, dealers: parts.dealers, lanes, width }, context.log);
      context.releasers.add('schedules', () => running.stop());
      return { workload: 'fetch', handle: createFetch(parts) };
    },
  });
}
