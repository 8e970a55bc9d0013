/**
 * The browser worker as a process that kills itself, as `kill -9` would, right before the step named by KILL_AT: for tests
 * of what the next one makes of that.
 */
import { runService } from '@lanekeeper/service-kit';
import { loadBrowserWorkerConfig } from '../src/config.ts';
import { startBrowserWorker } from '../src/start.ts';

const { KILL_AT } = process.env;

await runService({
  name: 'browser-worker',
  loadConfig: () => loadBrowserWorkerConfig(process.env),
  start: async (config, context) => {
    await startBrowserWorker(config, context, (step) => {
      if (step === KILL_AT) process.kill(process.pid, 'SIGKILL');
    });
  },
});
