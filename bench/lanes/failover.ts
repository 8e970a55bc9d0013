import { limitsFor, type Report } from './settings.ts';
import { openTestbed, type Testbed } from './testbed.ts';

/** The ack wait of these measurements, in milliseconds. */
export const ACK_WAIT_MS = 2_000;
const LANES = 4;

/** Milliseconds from `kill -9` of a worker until each lane it served runs on another. */
export async function afterKill(): Promise<number[]> {
  await using bed = await openTestbed();
  return await handOver(bed, 60_000, 'SIGKILL');
}

/** Milliseconds from SIGTERM, with jobs of 20 ms, until each lane of the stopping worker runs on another. */
export async function afterStop(): Promise<number[]> {
  await using bed = await openTestbed();
  return await handOver(bed, 20, 'SIGTERM');
}

async function handOver(bed: Testbed, jobMs: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<number[]> {
  const wish = {
    slots: LANES,
    limits: limitsFor(LANES),
    times: { ackWaitMs: ACK_WAIT_MS },
    report: true,
  };
  const serving = watchLanes();
  serving.arm(0);
  const first = await bed.worker({ ...wish, onReport: serving.onReport });
  const names = Array.from({ length: LANES }, (_, n) => `lane-${n}`);
  await bed.submit(names.flatMap((lane) => Array.from({ length: 200 }, () => ({ lane, ms: jobMs }))));
  await serving.all;
  // The fleet limit is used up: the second worker gets only what the first gives up.
  const taking = watchLanes();
  const second = await bed.worker({ ...wish, onReport: taking.onReport });
  const endedAt = performance.timeOrigin + performance.now();
  taking.arm(endedAt);
  const exited = first.kill(signal);
  const times = (await taking.all).map((at) => Math.max(0, at - endedAt));
  await Promise.all([exited, second.kill('SIGKILL')]);
  return times;
}

/** Resolves when every lane has been seen to start since a time; with the time of each first start. */
function watchLanes() {
  const first = new Map<string, number>();
  let since = Number.POSITIVE_INFINITY;
  const { promise: all, resolve } = Promise.withResolvers<number[]>();
  const onReport = (report: Report) => {
    if (report.type !== 'start' || report.at < since || first.has(report.lane)) return;
    first.set(report.lane, report.at);
    if (first.size === LANES) resolve([...first.values()]);
  };
  const arm = (from: number) => {
    since = from;
  };
  return { all, onReport, arm };
}
