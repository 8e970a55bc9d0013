import { loadConfig, runService } from '@lanekeeper/service-kit';
import { StatusConfig } from './config.ts';
import { startStatus } from './start-status.ts';

await runService({
  name: 'status',
  loadConfig: () => loadConfig(StatusConfig, process.env),
  start: async (config, context) => {
    const url = await startStatus(config, context);
    context.log.info({ url }, 'listening');
  },
});
