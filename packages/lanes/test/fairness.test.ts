import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Fixture } from './fixture.ts';
import { Gate } from './gate.ts';
import { jainIndex, lanesServed, tally } from './starts.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const BACKLOG = 1_000;
const TIMEOUT = { timeout: 180_000 };
const LATE = [...'bcdefghijk'];

/**
 * Backlogged lanes fill all slots with commands that end when told; meanwhile lanes B to K get a command each, and wait
 * for their turns. Then everything goes on, a command taking `serviceMs`. Gives the starts after that moment.
 */
async function startsAfterBacklog(options: { slots: number; turnSliceMs: number; serviceMs: number }) {
  const { slots, turnSliceMs, serviceMs } = options;
  const long = Array.from({ length: slots }, (_, index) => `long ${index}`);
  const busy = new Gate(slots);
  const release = new Gate(1);
  const served = new Gate(slots + LATE.length);
  for (const lane of long) await fixture.submit(lane, BACKLOG);
  await fixture.worker(
    async ({ lane, data }) => {
      if (data.n === 0 && lane.startsWith('long')) {
        busy.pass();
        await release.open;
      } else await sleep(serviceMs);
      if (data.n === 0) served.pass();
    },
    { limits: { fleetLimit: slots }, times: { turnSliceMs, ackWaitMs: 10_000, sweepMs: 60_000 } },
  );
  await busy.open;
  for (const lane of LATE) await fixture.submit(lane, 1);
  await expect.poll(async () => (await fixture.left()).turns).toBe(slots + LATE.length);
  release.pass();
  await served.open;
  return (await lanesServed(fixture.lanes)).slice(slots);
}

describe('a lane with one command behind lanes with a thousand', () => {
  it.each([1, 4])(
    'waits for the %i active slots and the lanes ahead of it, one command each',
    TIMEOUT,
    async (slots) => {
      const starts = await startsAfterBacklog({ slots, turnSliceMs: 0, serviceMs: 4 });
      LATE.forEach((lane, ahead) => {
        const before = starts.indexOf(lane);
        expect(before, `starts before lane ${lane}`).toBeGreaterThanOrEqual(0);
        expect(before, `starts before lane ${lane}`).toBeLessThanOrEqual(slots + ahead);
      });
    },
  );

  it('waits for no more than a time slice of each lane that is active', TIMEOUT, async () => {
    const [slots, turnSliceMs, serviceMs] = [2, 40, 5];
    const starts = await startsAfterBacklog({ slots, turnSliceMs, serviceMs });
    // A timer may fire a millisecond early; a slice ends with the command that runs when it is over.
    const perTurn = Math.ceil(turnSliceMs / (serviceMs - 1)) + 1;
    LATE.forEach((lane, ahead) => {
      expect(starts.indexOf(lane), `starts before lane ${lane}`).toBeLessThanOrEqual(slots * perTurn + ahead);
    });
  });
});

describe('fifty backlogged lanes', () => {
  const lanes = Array.from({ length: 50 }, (_, index) => `lane ${index}`);

  /** Jain's index of what the lanes were served until the first of them had nothing left to start. */
  async function fairnessOf(commands: number, turnSliceMs: number, serviceMs: number): Promise<number> {
    const half = new Gate((lanes.length * commands) / 2);
    for (const lane of lanes) await fixture.submit(lane, commands);
    const handle = async () => {
      await sleep(serviceMs);
      half.pass();
    };
    for (let n = 0; n < 2; n++) {
      await fixture.worker(handle, { limits: { fleetLimit: 8 }, slots: 4, times: { turnSliceMs, ackWaitMs: 10_000 } });
    }
    await half.open;
    const starts = await lanesServed(fixture.lanes);
    const shares = new Map(lanes.map((lane) => [lane, 0]));
    for (const lane of starts) {
      const share = (shares.get(lane) ?? 0) + 1;
      shares.set(lane, share);
      if (share === commands) break;
    }
    return jainIndex([...shares.values()]);
  }

  it('are served alike, command by command (Jain index >= 0.98)', TIMEOUT, async () => {
    expect(await fairnessOf(20, 0, 1)).toBeGreaterThanOrEqual(0.98);
  });

  it('are served alike in slices too, once each has had a few turns', TIMEOUT, async () => {
    expect(await fairnessOf(60, 3, 1)).toBeGreaterThanOrEqual(0.98);
  });
});

describe('the measure of fairness', () => {
  it('tells equal shares from one lane that has it all', () => {
    expect(jainIndex([5, 5, 5, 5])).toBe(1);
    expect(jainIndex([20, 0, 0, 0])).toBe(0.25);
    expect(tally(['a', 'b', 'a'])).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
  });
});
