import { runService } from '@lanekeeper/service-kit';
import { loadImageWorkerConfig } from './config.ts';
import { startImageWorker } from './start.ts';

await runService({
  name: 'image-worker',
  loadConfig: () => loadImageWorkerConfig(process.env),
  start: async (config, context) => {
    await startImageWorker(config, context);
  },
});
