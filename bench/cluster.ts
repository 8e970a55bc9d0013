/**
 * What replication costs and what it buys: the same work on one NATS server (R1) and on a cluster of three whose streams
 * have three replicas (R3), all on this machine, so that the three nodes share its cores and its disk. Run alone:
 * `node bench/cluster.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { drain } from './lanes/drain.ts';
import { startLatencies } from './lanes/latency.ts';
import { openTestbed, type Testbed } from './lanes/testbed.ts';
import { quantile, type Row } from './row.ts';

const SYSTEMS = [
  ['R1', 1],
  ['R3', 3],
] as const;
const BACKLOG = { lanes: 100, perLane: 20, slots: 20 };
const SUBMITS = 40;
/** So long a lane's jobs take when nodes die: a start is due every so often. */
const JOB_MS = 20;
const ACK_WAIT_MS = 10_000;

/** Measures; takes about two minutes. */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, nodes] of SYSTEMS) {
    const submits = await submitTimes(nodes);
    const starts = await startLatencies(60, nodes);
    const { perSecond } = await drain({ ...BACKLOG, nodes });
    rows.push(
      { what: `${name}: submit of 100, p50`, value: quantile(submits, 0.5), unit: 'ms' },
      { what: `${name}: submit of 100, p99`, value: quantile(submits, 0.99), unit: 'ms' },
      { what: `${name}: answered -> handler running, idle lane, p50`, value: quantile(starts, 0.5), unit: 'ms' },
      { what: `${name}: answered -> handler running, idle lane, p99`, value: quantile(starts, 0.99), unit: 'ms' },
      { what: `${name}: drain ${BACKLOG.lanes} lanes x ${BACKLOG.perLane}`, value: perSecond, unit: '/s' },
    );
  }
  const gaps = await gapsWhenNodesGo();
  rows.push(
    { what: 'R3: longest time without a start, kill -9 of the leader', value: gaps.killed, unit: 'ms' },
    { what: 'R3: longest time without a start, rolling restart', value: gaps.restarted, unit: 'ms' },
  );
  return rows.map((row) => ({ ...row, value: Math.round(row.value * 10) / 10 }));
}

async function submitTimes(nodes: number): Promise<number[]> {
  await using bed = await openTestbed(undefined, nodes);
  const times: number[] = [];
  for (let n = -5; n < SUBMITS; n++) {
    const startedAt = performance.now();
    await bed.submit(Array.from({ length: 100 }, (_, at) => ({ lane: `lane-${at}`, ms: 0 })));
    if (n >= 0) times.push(performance.now() - startedAt); // the first ones find cold code
  }
  return times;
}

/** The longest times in which nothing started, while the leader is killed and while all nodes are restarted in turn. */
async function gapsWhenNodesGo(): Promise<{ killed: number; restarted: number }> {
  await using bed = await openTestbed(undefined, 3);
  const starts: number[] = [];
  const onReport = (report: { type: string; at?: number }) => {
    if (report.type === 'start' && report.at !== undefined) starts.push(report.at);
  };
  await bed.submit(Array.from({ length: 1_000 }, (_, n) => ({ lane: `lane-${n % 4}`, ms: JOB_MS })));
  await bed.submit(Array.from({ length: 1_000 }, (_, n) => ({ lane: `lane-${n % 4}`, ms: JOB_MS })));
  await bed.worker({ slots: 4, report: true, times: { ackWaitMs: ACK_WAIT_MS, sweepMs: 1_000 }, onReport });
  await untilMore(starts, 20);
  const killed = await longestGap(starts, () => killLeader(bed));
  const restarted = await longestGap(starts, () => restartAll(bed));
  return { killed, restarted };
}

async function killLeader({ cluster, lanes }: Testbed): Promise<void> {
  const info = await lanes.jsm.streams.info(lanes.names.commandsStream);
  const leader = cluster?.nodes.find((_, index) => `n${index + 1}` === info.cluster?.leader);
  await leader?.kill('SIGKILL');
  await leader?.restart();
  await cluster?.healthy();
}

async function restartAll({ cluster }: Testbed): Promise<void> {
  for (const node of cluster?.nodes ?? []) {
    await node.restart();
    await cluster?.healthy();
  }
}

/** The longest time between two starts while something happens, until work goes on after it. */
async function longestGap(starts: readonly number[], act: () => Promise<void>): Promise<number> {
  const from = Math.max(0, starts.length - 1);
  await act();
  await untilMore(starts, starts.length + 20);
  const during = starts.slice(from).toSorted((a, b) => a - b);
  return Math.max(...during.slice(1).map((at, index) => at - (during[index] ?? at)));
}

async function untilMore(starts: readonly number[], count: number): Promise<void> {
  while (starts.length < count) await sleep(10);
}

if (import.meta.main) console.table(await run());
