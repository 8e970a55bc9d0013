/**
 * How soon work starts on an idle lane: from the answer to the request until the handler runs. Gateway, NATS and the
 * worker (this process) are separate processes. Run alone: `node bench/start.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isWorkload, workloads } from '@lanekeeper/contracts';
import { openLanes, startWorker } from '@lanekeeper/lanes';
import { connect } from '@nats-io/transport-node';
import { request } from 'undici';
import { startGateway } from './gateway-process.ts';
import { quantile, type Row } from './row.ts';

const WORKLOAD = 'remove-bg';
const JOBS = 200;
const PAUSE_MS = 20;

/** Measures; takes some ten seconds. */
export async function run(): Promise<Row[]> {
  if (!isWorkload(WORKLOAD)) throw new Error('the workload is gone');
  await using gateway = await startGateway();
  const nc = await connect({ servers: new URL(gateway.natsUrl).host });
  const running = new Map<string, PromiseWithResolvers<number>>();
  const startOf = (jobId: string) => {
    const known = running.get(jobId) ?? Promise.withResolvers<number>();
    running.set(jobId, known);
    return known;
  };
  const worker = await startWorker({
    lanes: await openLanes({ nc }),
    workload: { name: WORKLOAD, limits: workloads[WORKLOAD].limits, check: () => [] },
    log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    handle: async ({ jobId }) => {
      startOf(jobId).resolve(performance.now());
      return {};
    },
  });
  const [newLanes, sameLane] = [[], []] as [number[], number[]];
  for (let n = 0; n < JOBS; n++) {
    const isNew = n % 2 === 0;
    const { jobId, answeredAt } = await post(gateway.url, n, isNew ? `vendor-${n}` : 'vendor');
    const latency = (await startOf(jobId).promise) - answeredAt;
    // The first ones find cold code.
    if (n >= 20) (isNew ? newLanes : sameLane).push(Math.max(0, latency));
    await sleep(PAUSE_MS);
  }
  await worker.stop(1_000);
  await nc.close();
  return [...figures('a lane never seen before', newLanes), ...figures('a lane that was served before', sameLane)];
}

async function post(url: string, n: number, vendorId: string): Promise<{ jobId: string; answeredAt: number }> {
  const answer = await request(`${url}/api/image-queue/remove-bg-queue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recordId: `r${n}`, photoUrl: `https://photos.example/${n}.jpg`, vendorId }),
  });
  const body = (await answer.body.json()) as { jobId: string };
  if (answer.statusCode !== 202) throw new Error(`the gateway answered ${answer.statusCode}: ${JSON.stringify(body)}`);
  return { jobId: body.jobId, answeredAt: performance.now() };
}

function figures(what: string, times: readonly number[]): Row[] {
  return [
    { what: `answered -> handler running, ${what}, p50`, value: quantile(times, 0.5), unit: 'ms', target: 10 },
    { what: `answered -> handler running, ${what}, p99`, value: quantile(times, 0.99), unit: 'ms', target: 50 },
  ].map((row) => ({ ...row, value: Math.round(row.value * 10) / 10 }));
}

if (import.meta.main) console.table(await run());
