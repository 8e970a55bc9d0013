/** A worker as a process of its own, to be killed: `worker-process.ts <settings as JSON>`. */
import { type HandlerContext, JobFailure, type JobInput, openLanes, startWorker, type Worker } from '@lanekeeper/lanes';
import { connect } from '@nats-io/transport-node';
import { recordEffect } from './effects.ts';
import { mutants } from './mutants.ts';
import type { ChaosCommand, ChaosWorkload, WorkerSettings } from './settings.ts';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const { effectsFile, times, workloads, prefix } = settings;
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
const lanes = await openLanes({ nc, prefix, replicas: settings.replicas ?? 1 });
const workers = await Promise.all(workloads.map(serve));
const stop = () => Promise.all(workers.map((worker) => worker.stop(settings.stopMs ?? 5_000)));
process.on('SIGTERM', () => void stop().then(() => process.exit(0)));
process.stdout.write('{"level":"info","message":"ready"}\n');

async function serve({ name, limits }: ChaosWorkload): Promise<Worker> {
  const worker: Worker = await startWorker<ChaosCommand>({
    lanes,
    workload: { name, limits, check: () => [] },
    times,
    slots: settings.slots,
    log: { debug() {}, info: say('info'), warn: say('warn'), error: say('error') },
    onStuck: () => process.exit(70),
    handle: (job, context) => act(job, context, worker.workerId),
  });
  return worker;
}

async function act(job: JobInput<ChaosCommand>, context: HandlerContext, worker: string): Promise<{ n: number }> {
  const { jobId, workload, lane, data } = job;
  const effect = async (kind: 'start' | 'end') => {
    const said = { kind, jobId, workload, lane, n: data.n, attempt: context.attempt, worker };
    if (!settings.careless) {
      await context.assertOwned();
      context.signal.throwIfAborted(); // the process may have been stopped since the answer was on its way
    }
    recordEffect(effectsFile, { ...said, at: Date.now() });
  };
  await effect('start');
  context.progress(50);
  await sleepUnlessAborted(data.ms, settings.careless ? new AbortController().signal : context.signal);
  if (context.attempt <= data.failures) {
    throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
  }
  await effect('end');
  return { n: data.n };
}

function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
