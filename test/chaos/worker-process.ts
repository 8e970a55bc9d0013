/** A worker as a process of its own, to be killed: `worker-process.ts <settings as JSON>`. */
import { openLanes, startWorker } from '@lanekeeper/lanes';
import { connect } from '@nats-io/transport-node';
import { recordEffect } from './effects.ts';
import { mutants } from './mutants.ts';
import type { ChaosCommand, WorkerSettings } from './settings.ts';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const { effectsFile, limits, times, workload, prefix } = settings;
const say = (level: string) => (fields: object, message: string) =>
  process.stdout.write(
    `${JSON.stringify({ level, message, ...fields, err: String((fields as { err?: unknown }).err) })}\n`,
  );

const connection = await connect({
  servers: settings.server.split(','),
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
  pingInterval: 500,
  maxPingOut: 2,
});
const nc = settings.mutant ? mutants[settings.mutant](connection) : connection;
const worker = await startWorker<ChaosCommand>({
  lanes: await openLanes({ nc, prefix, replicas: settings.replicas ?? 1 }),
  workload: { name: workload, limits, check: () => [] },
  times,
  slots: settings.slots,
  log: { debug() {}, info: say('info'), warn: say('warn'), error: say('error') },
  onStuck: () => process.exit(70),
  handle: async (job, context) => {
    const effect = (kind: 'start' | 'end' | 'abort') =>
      recordEffect(effectsFile, {
        kind,
        jobId: job.jobId,
        lane: job.lane,
        n: job.data.n,
        attempt: context.attempt,
        worker: worker.workerId,
        at: Date.now(),
      });
    const own = async () => (settings.careless ? undefined : context.assertOwned());
    await own();
    effect('start');
    context.progress(50);
    await sleepUnlessAborted(job.data.ms, settings.careless ? new AbortController().signal : context.signal);
    await own();
    effect('end');
    return { n: job.data.n };
  },
});
process.on('SIGTERM', () => void worker.stop(settings.stopMs ?? 5_000).then(() => process.exit(0)));
process.stdout.write('{"level":"info","message":"ready"}\n');

function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
