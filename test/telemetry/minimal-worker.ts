/** The smallest traced worker: two jobs of its own, one of which fails; stops when both are over. */
import { openLanes, startWorker } from '@lanekeeper/lanes';
import { commonVariables, connectNats, inSpan, loadConfig, natsVariables, runService } from '@lanekeeper/service-kit';
import Type from 'typebox';

const limits = { width: 1, fleetLimit: 2, timeoutMs: 10_000, attempts: 1, backoffMs: 0 };

await runService({
  name: 'greeter',
  loadConfig: () => loadConfig(Type.Object({ ...commonVariables, ...natsVariables }), process.env),
  start: async (config, { log, releasers, stop }) => {
    const nc = await connectNats({ url: config.NATS_URL, name: 'greeter', log });
    releasers.add('nats', () => nc.close());
    const lanes = await openLanes({ nc, prefix: config.STREAM_PREFIX });
    const worker = await startWorker<{ text: string }>({
      lanes,
      workload: { name: 'greet', limits, check: () => [] },
      log,
      handle: async ({ data, lane }) => {
        await inSpan('say hello', {}, async () => {
          if (data.text === 'fail') throw new Error(`cannot greet ${lane} at mysql://root:hunter2@localhost/x`);
        });
      },
    });
    releasers.add('worker', () => worker.stop(1_000));
    const job = (text: string) => ({
      workload: 'greet',
      width: 1,
      lane: 'ann@private.example',
      tenant: 'ann',
      data: { text },
    });
    const { jobs } = await inSpan('greetings', {}, () => lanes.submit([job('hello'), job('fail')]));
    for (const ref of jobs) await untilOver(async () => (await lanes.history(ref)).at(-1)?.type ?? '');
    setImmediate(() => stop(0, 'done'));
  },
});

async function untilOver(lastEvent: () => Promise<string>): Promise<void> {
  while (!['completed', 'failed'].includes(await lastEvent())) await new Promise((resolve) => setTimeout(resolve, 20));
}
