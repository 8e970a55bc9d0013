import type { ServiceContext } from '@lanekeeper/service-kit';
import { startWorkerService } from '@lanekeeper/worker-kit';
import type { ImageWorkerConfig } from './config.ts';
import { configureImageLibrary } from './image-library.ts';
import { openParts } from './open-parts.ts';
import { createRemoveBg } from './remove-bg.ts';

/**
 * Starts the image worker, which serves `remove-bg`. Does not wait for rembg: jobs that come before a server is warm
 * wait for it.
 */
export async function startImageWorker(config: ImageWorkerConfig, context: ServiceContext): Promise<{ url: string }> {
  configureImageLibrary();
  return await startWorkerService(config, context, {
    name: 'image-worker',
    open: () => openParts(config, context),
    serve: (parts) => ({
      workload: 'remove-bg',
      handle: createRemoveBg(parts),
      info: () => {
        const { ready, servers } = parts.rembg.status();
        return { rembgHealthy: ready, rembg: servers };
      },
    }),
    checks: {
      rembg: ({ rembg }) => {
        const { ready, total } = rembg.status();
        return ready > 0 ? undefined : `none of ${total} rembg servers is ready`;
      },
    },
  });
}
