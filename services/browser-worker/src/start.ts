import type { ServiceContext } from '@lanekeeper/service-kit';
import { startWorkerService } from '@lanekeeper/worker-kit';
import { removeAbandonedProfiles } from './browser/remove-abandoned-profiles.ts';
import type { BrowserWorkerConfig } from './config.ts';
import { keepSweepingEvidence } from './evidence/sweep-evidence.ts';
import { openParts } from './open-parts.ts';
import { createBrowserHandler } from './operations/handle.ts';
import type { StepHook } from './operations/operation.ts';

/** Starts the browser worker, which serves `browser`. `onStep` is told before each step of an operation; for tests. */
export async function startBrowserWorker(
  config: BrowserWorkerConfig,
  context: ServiceContext,
  onStep?: StepHook,
): Promise<{ url: string }> {
  const { log, releasers } = context;
  const removed = await removeAbandonedProfiles();
  if (removed > 0) log.info({ removed }, 'removed the profiles of browsers that a killed worker had left');
  const sweeping = keepSweepingEvidence(config.EVIDENCE_DIR, config.EVIDENCE_TTL * 1_000, log);
  releasers.add('evidence', () => sweeping.stop());
  return await startWorkerService(config, context, {
    name: 'browser-worker',
    open: () => openParts(config, context, onStep),
    serve: (parts, lanes) => ({ workload: 'browser', handle: createBrowserHandler({ ...parts, lanes }) }),
  });
}
