import type { NewJob } from '@lanekeeper/lanes';
import type { ChaosCommand, ChaosWorkload } from './settings.ts';

/** Least time between two commands of a lane of the paced workload, in milliseconds. */
const GAP_MS = 25;
/** One lane in so many is of the paced workload. */
const PACED_LANES = 4;
/** Share of commands that fail at first, and of those that are to start later; and how much later at most, in milliseconds. */
const FAILING = 0.04;
const LATER = { share: 0.03, mostMs: 1_000 };

/** Workloads that are put through chaos: one as fast as it can, one with a minimum gap between commands of a lane. */
export function chaosWorkloads(fleetLimit: number): readonly [ChaosWorkload, ChaosWorkload] {
  const limits = { width: 1, fleetLimit, timeoutMs: 60_000, attempts: 1_000, backoffMs: 50 };
  return [
    { name: 'chaos', limits },
    { name: 'chaos-paced', limits: { ...limits, minGapMs: GAP_MS } },
  ];
}

/** The name of the n-th lane. */
export function laneName(index: number): string {
  return `lane-${index}@${index % PACED_LANES === 0 ? 'chaos-paced' : 'chaos'}`;
}

/** The workload of a lane. */
export function workloadOf(lane: string): string {
  return lane.slice(lane.indexOf('@') + 1);
}

/** The n-th command of a lane; some fail at first, some are to start later. */
export function chaosJob(random: () => number, lane: string, n: number, ms: number, calm: boolean): NewJob {
  const failures = !calm && random() < FAILING ? 1 + Math.floor(random() * 2) : 0;
  const later = !calm && random() < LATER.share ? random() * LATER.mostMs : undefined;
  const data: ChaosCommand = { n, ms, failures };
  const job = { workload: workloadOf(lane), width: 1, lane, data, tenant: 'chaos' };
  return later === undefined ? job : { ...job, runAt: new Date(Date.now() + later).toISOString() };
}
