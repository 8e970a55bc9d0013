/**
 * The engine itself: one worker process with 50 slots, jobs that do nothing, NATS as shipped. Peers' figures are in
 * docs/benchmarks.md. Run alone: `node bench/lanes.ts`. `BENCH_LANES` sets how many lanes are drained for the comparison
 * with 100 lanes (50,000).
 */
import { drain } from './lanes/drain.ts';
import { ACK_WAIT_MS, afterKill, afterStop } from './lanes/failover.ts';
import { besideALongLane, startLatencies } from './lanes/latency.ts';
import { rawLimit } from './lanes/raw-limit.ts';
import { scale } from './lanes/scale.ts';
import { quantile, type Row } from './row.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MANY_LANES = Number(process.env.BENCH_LANES ?? 50_000);
const BACKLOG = { lanes: 1_000, perLane: Number(process.env.BENCH_PER_LANE ?? 20), slots: 50 };
const SYNC = [
  ['synced on every write', undefined],
  ['synced every 2 min', '2m'],
] as const;

/** Measures; takes some minutes. */
export async function run(): Promise<Row[]> {
  return [...(await draining()), ...(await starting()), ...(await scaling()), ...(await failing())].map((row) => ({
    ...row,
    value: Math.round(row.value * 100) / 100,
  }));
}

async function draining(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [how, syncInterval] of SYNC) {
    const backlog = syncInterval ? { ...BACKLOG, syncInterval } : BACKLOG;
    const rounds = await inTurn(ROUNDS, () => drain(backlog));
    const raw = await inTurn(ROUNDS, () => rawLimit(5_000, syncInterval));
    const perSecond = median(rounds.map((round) => round.perSecond));
    const cpu = median(rounds.map(({ workerCpuMs, serverCpuMs }) => workerCpuMs + serverCpuMs));
    rows.push(
      {
        what: `drain 1,000 lanes x ${BACKLOG.perLane}, ${how}`,
        value: perSecond,
        unit: '/s',
        ...(syncInterval ? {} : { target: 5_100 }),
      },
      { what: `the bare JetStream calls of a job, ${how}`, value: median(raw), unit: '/s' },
      { what: `processor time of a job, worker and server, ${how}`, value: cpu, unit: 'ms' },
    );
  }
  const { syncs } = await drain({ lanes: 200, perLane: 20, slots: 50, countSyncs: true });
  if (syncs !== undefined) rows.push({ what: 'fsyncs of a job (strace, 200 lanes x 20)', value: syncs, unit: '' });
  return rows;
}

async function starting(): Promise<Row[]> {
  const latencies = (await inTurn(ROUNDS, () => startLatencies(100))).flat();
  const long = await inTurn(ROUNDS, besideALongLane);
  const waits = long.flatMap((round) => round.waits);
  return [
    { what: 'answered -> handler running, idle lane, p50', value: quantile(latencies, 0.5), unit: 'ms', target: 4 },
    { what: 'answered -> handler running, idle lane, p99', value: quantile(latencies, 0.99), unit: 'ms' },
    {
      what: 'one lane of 20 ms jobs alone (50 possible)',
      value: median(long.map((round) => round.alonePerSecond)),
      unit: '/s',
      target: 45,
    },
    { what: '10 one-job lanes behind it, 4 slots, median wait', value: quantile(waits, 0.5), unit: 'ms', target: 20 },
    { what: '10 one-job lanes behind it, 4 slots, longest wait', value: Math.max(...waits), unit: 'ms' },
  ];
}

async function scaling(): Promise<Row[]> {
  const many = await scale(MANY_LANES, MANY_LANES);
  const few = await scale(100, MANY_LANES);
  const times = many.cpuMsPerCommand / few.cpuMsPerCommand;
  return [
    { what: `cost of a command at ${MANY_LANES} lanes, times that at 100`, value: times, unit: '', target: 1.3 },
    {
      what: 'nats-server memory per waiting command',
      value: many.serverBytesPerCommand / 1_000,
      unit: 'kB',
      target: 1.5,
    },
    { what: 'worker memory, end of the drain to half way', value: many.workerGrowth, unit: '', target: 1.2 },
  ];
}

async function failing(): Promise<Row[]> {
  const killed = Math.max(...(await inTurn(ROUNDS, afterKill)).flat());
  const stopped = Math.max(...(await inTurn(ROUNDS, afterStop)).flat());
  return [
    {
      what: `kill -9 -> its lanes run elsewhere (ack wait ${ACK_WAIT_MS} ms)`,
      value: killed,
      unit: 'ms',
      target: ACK_WAIT_MS + 1_000,
    },
    { what: 'SIGTERM -> its lanes run elsewhere (20 ms jobs)', value: stopped, unit: 'ms', target: 200 },
  ];
}

async function inTurn<T>(count: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < count; n++) results.push(await measure());
  return results;
}

const median = (values: readonly number[]) => quantile(values, 0.5);

if (import.meta.main) console.table(await run());
