/** A worker as a process of its own whose handlers run until they are aborted: `<settings as JSON>`. */
import { connect } from '@nats-io/transport-node';
import { openLanes, startWorker } from '../src/mod.ts';
import { limits, WORKLOAD } from './fixture.ts';

const { url, prefix, ackWaitMs } = JSON.parse(process.argv[2] ?? '') as {
  url: string;
  prefix: string;
  ackWaitMs: number;
};
const nc = await connect({ servers: new URL(url).host, maxReconnectAttempts: -1 });
const worker = await startWorker({
  lanes: await openLanes({ nc, prefix }),
  workload: { name: WORKLOAD, limits, check: () => [] },
  log: { debug() {}, info() {}, warn() {}, error() {} },
  times: { ackWaitMs, sweepMs: 600_000 },
  handle: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    }),
});
process.once('SIGTERM', () => void worker.stop(0).then(() => nc.close()));
