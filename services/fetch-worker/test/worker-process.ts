/**
 * The fetch worker as a process that ends itself as `kill -9` would, at the step and window of `DIE_AT`, e.g. `written:2`.
 */
import { runService } from '@lanekeeper/service-kit';
import { loadFetchWorkerConfig } from '../src/config.ts';
import { startFetchWorker } from '../src/start.ts';

const { DIE_AT, ...env } = process.env;

await runService({
  name: 'fetch-worker',
  loadConfig: () => loadFetchWorkerConfig(env),
  start: async (config, context) => {
    await startFetchWorker(config, context, (step, position) => {
      if (`${step}:${position}` === DIE_AT) process.kill(process.pid, 'SIGKILL');
    });
  },
});
