import type { ChildProcess } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLanes } from '@lanekeeper/lanes';
import { startNatsCluster } from '@lanekeeper/local-stack';
import { connect } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { chaosWorkloads } from '../chaos/chaos-jobs.ts';
import { findViolations } from '../chaos/check-history.ts';
import { readEffects } from '../chaos/effects.ts';
import { Load } from '../chaos/load.ts';
import { leftIn, readEvents, untilDrained } from '../chaos/observe.ts';
import { seededRandom } from '../chaos/seeded-random.ts';
import type { WorkerSettings } from '../chaos/settings.ts';
import { spawnWorker } from '../chaos/spawn-worker.ts';
import { ClusterFaults } from './cluster-faults.ts';

const seed = Number(process.env.CLUSTER_SEED ?? Date.now() % 1_000_000);
/** Kills of the leader and of any node before the rolling restart; a longer run takes more. */
const rounds = Number(process.env.CLUSTER_ROUNDS ?? 1);
const FLEET_LIMIT = 6;
const REPLICAS = 3;
/** Elections, on a busy machine. */
const FORGOTTEN_MS = 20_000;

it(`keeps order and every job while nodes of a NATS cluster die and restart (seed ${seed})`, {
  timeout: 180_000 + rounds * 120_000,
}, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-cluster-'));
  console.log(`cluster seed ${seed}, logs in ${dir}`);
  const report = (line: string) => appendFileSync(path.join(dir, 'faults.log'), `${Date.now()} ${line}\n`);
  const effectsFile = path.join(dir, 'effects.jsonl');
  writeFileSync(effectsFile, '');
  const cluster = await startNatsCluster({ dir: path.join(dir, 'nats') });
  const nc = await connect({ servers: [...cluster.servers], maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const lanes = await openLanes({ nc, replicas: REPLICAS });
  const settings = settingsFor({ server: cluster.servers.join(','), effectsFile });
  const workers = superviseWorkers(3, settings, dir);
  const faults = new ClusterFaults({ cluster, lanes, random: seededRandom(seed), report });
  const random = seededRandom(seed + 1);
  const load = new Load({ lanes, calm: true, random, laneCount: 12, commands: 20, submitMs: 1_000 });
  try {
    const over = new AbortController();
    const loading = load.submitUntil(over.signal);
    for (let round = 0; round < rounds; round++) {
      await faults.killLeader();
      await faults.killAny();
    }
    await faults.rollingRestart();
    over.abort();
    await loading;
    await untilDrained(lanes, 120_000, report);
    const events = await readEvents(lanes);
    const effects = readEffects(effectsFile);
    const jobs = [...load.submitted.values()].flat().length;
    console.log(`${jobs} jobs, ${effects.filter(({ kind }) => kind === 'start').length} attempts`);
    expect(
      findViolations({
        submitted: load.submitted,
        effects,
        events,
        fleetLimit: FLEET_LIMIT,
        serverKills: faults.losses,
        forgottenMs: FORGOTTEN_MS,
        cancelled: [],
        forced: [],
        minGapMs: new Map(),
        left: await leftIn(lanes),
      }),
    ).toEqual([]);
    await rm(dir, { recursive: true, force: true });
  } finally {
    workers.stop();
    await nc.close();
    await cluster.stop();
  }
});

/** Workers that come back when they die, as under a supervisor: one that starts without a leader gives up at once. */
function superviseWorkers(count: number, settings: WorkerSettings, dir: string) {
  const workers = new Map<number, ChildProcess>();
  const start = (n: number) => {
    const worker = spawnWorker(settings, path.join(dir, `worker-${n}.log`));
    workers.set(n, worker);
    worker.once('exit', () => workers.has(n) && start(n));
  };
  for (let n = 1; n <= count; n++) start(n);
  return {
    stop: () => {
      const running = [...workers.values()];
      workers.clear();
      for (const worker of running) worker.kill('SIGKILL');
    },
  };
}

function settingsFor(where: Pick<WorkerSettings, 'server' | 'effectsFile'>): WorkerSettings {
  return {
    ...where,
    prefix: '',
    replicas: REPLICAS,
    slots: FLEET_LIMIT,
    workloads: chaosWorkloads(FLEET_LIMIT),
    times: { ackWaitMs: 5_000, sweepMs: 1_000, turnSliceMs: 50, abortGraceMs: 5_000 },
  };
}
