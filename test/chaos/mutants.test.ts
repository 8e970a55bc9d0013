import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findUnfairness } from './check-fairness.ts';
import { findViolations } from './check-history.ts';
import { type ChaosOptions, runChaos } from './run-chaos.ts';

/*
 * Tests of the tests: an engine that is broken on purpose must not get past the checkers, and the same run with the
 * engine as it is must.
 */

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-mutant-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const TIMEOUT = { timeout: 180_000 };
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

function run(options: Partial<ChaosOptions>) {
  return runChaos({
    seed,
    dir,
    lanes: 12,
    commands: 60,
    workers: 2,
    submitMs: 7_000,
    faultEveryMs: 800,
    faults: [],
    operatorEveryMs: 0,
    ackWaitMs: 1_000,
    fleetLimit: 4,
    deadlineMs: 60_000,
    report: () => {},
    ...options,
  });
}

const kinds = (violations: readonly string[]) => new Set(violations.map((violation) => violation.split(' ')[0]));

describe(`the checker (seed ${seed})`, () => {
  const frozen = {
    faults: ['freeze-worker'],
    submitMs: 14_000,
    commands: 130,
    commandMs: () => 500,
  } satisfies Partial<ChaosOptions>;

  it('notices a missing fence: jobs of frozen workers end twice', TIMEOUT, async () => {
    const history = await run({ ...frozen, worker: { careless: true, mutant: 'no-fence' } });
    expect(kinds(findViolations(history))).toContain('L8');
  });

  it('sees with the fence that each job ends once, even if handlers look at nothing', TIMEOUT, async () => {
    const history = await run({ ...frozen, worker: { careless: true } });
    expect(kinds(findViolations(history))).not.toContain('L8');
    expect(kinds(findViolations(history))).not.toContain('L6');
  });

  it(
    'notices commands that are acknowledged before their event: they are lost with their worker',
    TIMEOUT,
    async () => {
      const faults = {
        faults: ['kill-worker'],
        faultEveryMs: 2_500,
        commands: 120,
        commandMs: () => 300,
      } satisfies Partial<ChaosOptions>;
      const history = await run({ ...faults, worker: { mutant: 'ack-before-event' } });
      expect(kinds(findViolations(history))).toContain('L8');
    },
  );

  const backlog = { commands: 400, submitMs: 100, commandMs: () => 3, turnSliceMs: 0, fleetLimit: 2, calm: true };

  it('notices turns that are passed on by NAK: they jump the queue', TIMEOUT, async () => {
    const history = await run({ ...backlog, deadlineMs: 15_000, worker: { mutant: 'turn-by-nak' } });
    expect(kinds(findUnfairness(history))).toContain('L4');
  });

  it('sees that turns are fair when they are passed on as they are', TIMEOUT, async () => {
    const history = await run(backlog);
    expect(findViolations(history)).toEqual([]);
    expect(findUnfairness(history)).toEqual([]);
  });
});
