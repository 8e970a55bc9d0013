import { runService } from '@lanekeeper/service-kit';
import { loadBrowserWorkerConfig } from './config.ts';
import { startBrowserWorker } from './start.ts';

await runService({
  name: 'browser-worker',
  loadConfig: () => loadBrowserWorkerConfig(process.env),
  start: async (config, context) => {
    await startBrowserWorker(config, context);
  },
});
