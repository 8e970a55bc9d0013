import { runService } from '@lanekeeper/service-kit';
import { loadFetchWorkerConfig } from './config.ts';
import { startFetchWorker } from './start.ts';

await runService({
  name: 'fetch-worker',
  loadConfig: () => loadFetchWorkerConfig(process.env),
  start: async (config, context) => {
    await startFetchWorker(config, context);
  },
});
