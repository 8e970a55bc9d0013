/** A worker as a process of its own, as a service runs one: `worker-process.ts <settings as JSON>`. */
import { openLanes, startWorker } from '@lanekeeper/lanes';
import { connect } from '@nats-io/transport-node';
import { type BenchCommand, type Report, WORKLOAD, type WorkerSettings } from './settings.ts';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const say = (report: Report) => process.stdout.write(`${JSON.stringify(report)}\n`);
const nc = await connect({
  servers: settings.server.split(','),
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
  noAsyncTraces: true,
});
const lanes = await openLanes({ nc, replicas: settings.replicas });
const worker = await startWorker<BenchCommand>({
  lanes,
  workload: { name: WORKLOAD, limits: settings.limits, check: () => [] },
  slots: settings.slots,
  ...(settings.times ? { times: settings.times } : {}),
  log: { debug() {}, info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
  handle: async ({ jobId, lane, data }) => {
    if (settings.report) say({ type: 'start', jobId, lane, at: performance.timeOrigin + performance.now() });
    if (data.ms > 0) await new Promise((resolve) => setTimeout(resolve, data.ms));
    return undefined;
  },
});
process.on('SIGTERM', () => void worker.stop(settings.stopMs ?? 1_000).then(() => process.exit(0)));
say({ type: 'ready' });
