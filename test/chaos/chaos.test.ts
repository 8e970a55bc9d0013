import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findViolations } from './check-history.ts';
import { runChaos } from './run-chaos.ts';

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const commands = Number(process.env.CHAOS_COMMANDS ?? 10_000);
const submitMs = Number(process.env.CHAOS_SECONDS ?? 60) * 1_000;

it(`keeps every promise while workers and NATS die, connections are cut, jobs cancelled, lanes paused (seed ${seed})`, {
  timeout: 900_000,
}, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-chaos-'));
  console.log(`chaos seed ${seed}, ${commands} commands, logs in ${dir}`);
  const history = await runChaos({
    seed,
    dir,
    lanes: 200,
    commands,
    workers: 3,
    submitMs,
    faultEveryMs: 1_500,
    faults: ['kill-worker', 'kill-worker', 'freeze-worker', 'kill-nats', 'cut-connection', 'stop-worker'],
    operatorEveryMs: 100,
    ackWaitMs: 2_000,
    fleetLimit: 8,
    deadlineMs: 600_000,
    report: (line) => appendFileSync(path.join(dir, 'faults.log'), `${Date.now()} ${line}\n`),
  });
  const attempts = history.effects.filter(({ kind }) => kind === 'start').length;
  console.log(`faults ${JSON.stringify(history.faults)}, ${attempts} attempts for ${commands} commands`);
  expect([...history.submitted.values()].flat()).toHaveLength(commands);
  expect(findViolations(history)).toEqual([]);
  await rm(dir, { recursive: true, force: true });
});
