import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Fixture, limits, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

/** How many lanes; 50,000 by `SCALE_LANES=50000`. */
const LANES = Number(process.env.SCALE_LANES ?? 2_000);
const SLOTS = 16;
const BULK = 1_000;
const TIMEOUT = { timeout: 120_000 + LANES * 40 };

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const wide = { limits: { fleetLimit: SLOTS }, slots: SLOTS, times: { ackWaitMs: 30_000, turnSliceMs: 0 } };
const secondsSince = (from: number) => ((performance.now() - from) / 1_000).toFixed(1);

async function submitToEach(lanes: number, commands: number): Promise<void> {
  const perBulk = Math.floor(BULK / commands);
  for (let from = 0; from < lanes; from += perBulk) {
    const some = Array.from({ length: Math.min(perBulk, lanes - from) }, (_, index) => `lane-${from + index}@scale`);
    await fixture.lanes.submit(
      some.flatMap((lane) =>
        Array.from({ length: commands }, (_, n) => ({
          workload: WORKLOAD,
          width: limits.width,
          lane,
          data: { n },
          tenant: 'test',
        })),
      ),
    );
  }
}

/** Asks the server again and again how many consumers the lanes have; tells the most it saw. */
function watchConsumers(): { most: () => Promise<number> } {
  const { jsm, names } = fixture.lanes;
  let watching = true;
  let most = 0;
  const watch = async () => {
    while (watching) {
      most = Math.max(most, (await jsm.streams.info(names.commandsStream)).state.consumer_count);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const watched = watch();
  return {
    most: async () => {
      watching = false;
      await watched;
      return most;
    },
  };
}

describe('many lanes', () => {
  it(`with a command each (${LANES}) drain completely without a consumer of their own`, TIMEOUT, async () => {
    const ran = new Set<string>();
    const done = new Gate(LANES);
    const submitted = performance.now();
    await submitToEach(LANES, 1);
    process.stdout.write(`${LANES} lanes submitted in ${secondsSince(submitted)} s\n`);
    const consumers = watchConsumers();
    const from = performance.now();
    await fixture.worker(async ({ lane }) => {
      ran.add(lane);
      done.pass();
    }, wide);
    await done.open;
    await expect.poll(() => fixture.left(), { timeout: 20_000 }).toEqual({ commands: 0, turns: 0 });
    process.stdout.write(`${LANES} lanes drained in ${secondsSince(from)} s\n`);
    expect(ran.size).toBe(LANES);
    expect(await consumers.most()).toBe(0);
  });

  it(`that lost their turns (${LANES}) get them back from the sweep, and then drain`, TIMEOUT, async () => {
    const { jsm, names } = fixture.lanes;
    const done = new Gate(LANES);
    await submitToEach(LANES, 1);
    await expect.poll(async () => (await fixture.left()).turns, TIMEOUT).toBe(LANES);
    await jsm.streams.purge(names.turnsStream);
    const from = performance.now();
    await fixture.worker(async () => done.pass(), wide);
    await done.open;
    process.stdout.write(`${LANES} lanes found by the sweep and drained in ${secondsSince(from)} s\n`);
  });
});
