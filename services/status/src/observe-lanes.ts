import { type Stats, type Workload, workloads } from '@lanekeeper/contracts';
import type { Lanes } from '@lanekeeper/lanes';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import { briefly } from './reads/briefly.ts';

/** Readers of metrics within this time share one look, in milliseconds. */
const TTL_MS = 2_000;

const meter = () => metrics.getMeter('lanekeeper.status');
const gauge = (name: string, description: string) =>
  meter().createObservableGauge(`lanekeeper.${name}`, { description });

/**
 * Makes the state of all lanes metrics, by workload, as NATS has it. Every replica of the status service tells the same:
 * take the maximum, not the sum.
 */
export function observeLanes(lanes: Lanes, readStats: () => Promise<Stats>): void {
  observeStates(readStats);
  const look = briefly(TTL_MS, (workload) => lookAt(lanes, workload));
  const gauges = {
    jobs: gauge('jobs.open', 'Jobs that are not over'),
    waiting: gauge('lanes.open', 'Lanes with jobs that are not over'),
    paused: gauge('lanes.paused', 'Lanes that are paused'),
    oldest: gauge('jobs.oldest.seconds', 'Age of the oldest job that is not over'),
    turns: gauge('turns.waiting', 'Turns that wait for a worker slot'),
    inFlight: gauge('fleet.busy', 'Turns that workers serve'),
    limit: gauge('fleet.limit', 'Turns that may be served at once'),
    workers: gauge('workers', 'Live workers'),
    slots: gauge('worker.slots', 'Jobs that the live workers can run at once'),
  };
  meter().addBatchObservableCallback(async (result: BatchObservableResult) => {
    for (const workload of Object.keys(workloads) as Workload[]) {
      const seen = await look(workload);
      for (const [name, of] of Object.entries(gauges)) {
        result.observe(of, seen[name as keyof typeof gauges], { workload });
      }
    }
  }, Object.values(gauges));
}

/** The states of jobs as the statistics count them. */
const STATES = ['waiting', 'active', 'delayed', 'completed', 'failed', 'cancelled', 'uncertain'] as const;

/** Makes how many jobs are in each state a metric, as far as the projection is. */
function observeStates(readStats: () => Promise<Stats>): void {
  gauge('jobs.by.state', 'Jobs by state').addCallback(async (result) => {
    const stats = await readStats();
    for (const workload of Object.keys(workloads)) {
      for (const state of STATES) result.observe(stats[workload]?.[state] ?? 0, { workload, state });
    }
  });
}

async function lookAt(lanes: Lanes, workload: string) {
  const [stats, fleet, workers] = await Promise.all([
    lanes.showWorkload(workload),
    fleetOf(lanes, workload),
    lanes.pingWorkers(workload),
  ]);
  return {
    jobs: stats.commands,
    waiting: stats.lanes,
    paused: stats.pausedLanes,
    oldest: stats.oldestAt === undefined ? 0 : Math.max(0, Date.now() - Date.parse(stats.oldestAt)) / 1_000,
    ...fleet,
    workers: workers.length,
    slots: workers.reduce((sum, { slots }) => sum + slots, 0),
  };
}

/** The consumer of a workload's turns; there is none before the first worker. */
async function fleetOf({ jsm, names }: Lanes, workload: string) {
  const info = await jsm.consumers.info(names.turnsStream, names.turnsConsumer(workload)).catch(() => undefined);
  return {
    turns: info?.num_pending ?? 0,
    inFlight: info?.num_ack_pending ?? 0,
    limit: Math.max(0, info?.config.max_ack_pending ?? 0),
  };
}
