import { countSyncs, cpuMs } from './process-cost.ts';
import { openTestbed } from './testbed.ts';

const BULK = 1_000;

/** What draining a backlog came to, a job. */
export type Drained = { perSecond: number; workerCpuMs: number; serverCpuMs: number; syncs: number | undefined };

/** What is to be drained. `syncInterval` as in `startNats`; `countSyncs` slows the server down. */
export type Backlog = {
  lanes: number;
  perLane: number;
  slots: number;
  syncInterval?: string;
  countSyncs?: boolean;
  /** Of a NATS cluster; default 1, a single server. */
  nodes?: number;
};

/** Submits a backlog of no-op jobs, then starts a worker and times it until nothing is left. */
export async function drain(backlog: Backlog): Promise<Drained> {
  await using bed = await openTestbed(backlog.syncInterval, backlog.nodes);
  const count = backlog.lanes * backlog.perLane;
  const jobs = Array.from({ length: count }, (_, n) => ({ lane: `lane-${n % backlog.lanes}`, ms: 0 }));
  for (let at = 0; at < count; at += BULK) await bed.submit(jobs.slice(at, at + BULK));
  const counted = backlog.countSyncs ? await countSyncs(bed.nats.pid) : async () => undefined;
  const worker = await bed.worker({ slots: backlog.slots });
  const [workerBefore, serverBefore] = [await cpuMs(worker.pid), await cpuMs(bed.nats.pid)];
  const startedAt = performance.now();
  await bed.drained();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    perSecond: count / seconds,
    workerCpuMs: ((await cpuMs(worker.pid)) - workerBefore) / count,
    serverCpuMs: ((await cpuMs(bed.nats.pid)) - serverBefore) / count,
    syncs: divided(await counted(), count),
  };
}

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}

if (import.meta.main) {
  const [lanes = 1_000, perLane = 20, countSyncs = 0] = process.argv.slice(2).map(Number);
  console.log(await drain({ lanes, perLane, slots: 50, countSyncs: countSyncs > 0 }));
}
