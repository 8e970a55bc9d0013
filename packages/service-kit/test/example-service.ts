/** A service for run-service.test.ts: holds one resource, and does what its environment says. */
import Type from 'typebox';
import { commonVariables, loadConfig, runService } from '../src/mod.ts';

const schema = Type.Object({ ...commonVariables, FAIL_START: Type.String({ default: '' }) });

await runService({
  name: 'example',
  loadConfig: () => loadConfig(schema, process.env),
  start: async ({ FAIL_START }, { log, releasers }) => {
    const timer = setInterval(() => {}, 1_000);
    releasers.add('timer', () => {
      clearInterval(timer);
      log.info('released');
    });
    log.info({ password: 'hunter2', nested: { token: 'abc' } }, 'holding');
    if (FAIL_START) throw new Error('cannot start');
  },
});
