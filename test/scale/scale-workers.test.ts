import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLanes } from '@lanekeeper/lanes';
import { nuid } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, inject, it } from 'vitest';
import { chaosWorkloads } from '../chaos/chaos-jobs.ts';
import { findViolations } from '../chaos/check-history.ts';
import { readEffects } from '../chaos/effects.ts';
import { Load } from '../chaos/load.ts';
import { leftIn, readEvents, untilDrained } from '../chaos/observe.ts';
import { seededRandom } from '../chaos/seeded-random.ts';
import type { WorkerSettings } from '../chaos/settings.ts';
import { ElasticFleet } from './elastic-fleet.ts';
import { findWaits, handBacks } from './graceful-stops.ts';

const seed = Number(process.env.SCALE_SEED ?? Date.now() % 1_000_000);
const commands = Number(process.env.SCALE_COMMANDS ?? 800);
const submitMs = Number(process.env.SCALE_SECONDS ?? 12) * 1_000;
const FLEET_LIMIT = 8;
/** Far beyond the test: whatever waits for something to run out, or for a sweep, is not done in time. */
const NEVER_MS = 3_600_000;

it(`scales between 1 and 6 workers during load without a wait (seed ${seed})`, { timeout: 240_000 }, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-scale-'));
  const effectsFile = path.join(dir, 'effects.jsonl');
  writeFileSync(effectsFile, '');
  const server = new URL(inject('natsUrl')).host;
  const prefix = `t${nuid.next()}_`;
  const nc = await connect({ servers: server, maxReconnectAttempts: -1 });
  const lanes = await openLanes({ nc, prefix });
  const report = (line: string) => appendFileSync(path.join(dir, 'scale.log'), `${Date.now()} ${line}\n`);
  const fleet = new ElasticFleet({
    settings: settingsFor({ server, prefix, effectsFile }),
    dir,
    random: seededRandom(seed),
    most: 6,
    changeEveryMs: 1_000,
    report,
  });
  console.log(`scale seed ${seed}, ${commands} commands, logs in ${dir}`);
  const random = seededRandom(seed + 1);
  const load = new Load({ lanes, calm: true, random, laneCount: 60, commands, submitMs, commandMs });
  const done = new AbortController();
  try {
    const changing = fleet.changeUntil(done.signal);
    await load.submitAll();
    done.abort();
    await changing;
    await untilDrained(lanes, 120_000, report);
  } finally {
    await fleet.stop();
  }
  const events = await readEvents(lanes);
  const history = {
    submitted: load.submitted,
    effects: readEffects(effectsFile),
    events,
    fleetLimit: FLEET_LIMIT,
    serverKills: [],
    cancelled: [],
    forced: [],
    minGapMs: new Map(),
    left: await leftIn(lanes),
  };
  console.log(`workers ${JSON.stringify(fleet.counts)}, ${handBacks(events)} jobs handed back`);
  await nc.close();
  expect(fleet.faults).toEqual([]);
  expect(findViolations(history)).toEqual([]);
  expect(findWaits(events)).toEqual([]);
  expect(fleet.counts.stopped).toBeGreaterThan(0);
  await rm(dir, { recursive: true, force: true });
});

function settingsFor(where: Pick<WorkerSettings, 'server' | 'prefix' | 'effectsFile'>): WorkerSettings {
  return {
    ...where,
    slots: FLEET_LIMIT,
    workloads: chaosWorkloads(FLEET_LIMIT),
    times: { ackWaitMs: NEVER_MS, sweepMs: NEVER_MS, turnSliceMs: 50, abortGraceMs: 5_000 },
    // Shorter than the slow commands, so that some are handed back.
    stopMs: 150,
  };
}

/** Most commands are short; one in ten runs longer than a stop waits. */
function commandMs(random: () => number): number {
  return random() < 0.1 ? 200 + Math.floor(random() * 400) : Math.floor(random() * 12);
}
