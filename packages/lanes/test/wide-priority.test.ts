import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { placesOf } from '../src/places.ts';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const submit = async (lane: string, names: readonly number[], width: number, priority: 'normal' | 'high') =>
  (
    await fixture.lanes.submit(
      names.map((n) => ({ workload: WORKLOAD, width, lane, data: { n }, tenant: 'test', priority })),
    )
  ).jobs;
const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

describe('the places of a wide lane', () => {
  it.each([
    ['go to commands in their order', 3, '', 'abcd', 'abc'],
    ['go to urgent commands first, all but one', 3, 'xyz', 'abc', 'xya'],
    ['that no urgent command needs go to the others', 3, 'x', 'abc', 'xab'],
    ['all go to urgent commands while there are no others', 3, 'wxyz', '', 'wxy'],
    ['are few in a lane of width 1: its order goes first', 1, 'x', 'ab', 'a'],
  ])('%s', (_, width, high, normal, expected) => {
    expect(placesOf(width, { high: [...high], normal: [...normal] }).join('')).toBe(expected);
  });
});

describe('urgent commands', () => {
  it('overtake a backlog in a wide lane, and hold up no more than its other places', async () => {
    const [begun, release, done] = [new Gate(2), new Gate(1), new Gate(24)];
    const ran: number[] = [];
    const { lanes } = fixture;
    await fixture.worker(
      async ({ data }) => {
        ran.push(data.n);
        begun.pass();
        if (data.n < 2) await release.open;
        await new Promise((resolve) => setTimeout(resolve, 10));
        done.pass();
      },
      { limits: { width: 2 } },
    );
    await submit('a', upTo(12), 2, 'normal');
    await begun.open;
    await submit('a', upTo(12, 100), 2, 'high');
    expect(await lanes.showLane({ workload: WORKLOAD, lane: 'a' })).toMatchObject({ commands: 24 });
    release.pass();
    await done.open;
    const [normal, high] = [ran.filter((n) => n < 100), ran.filter((n) => n >= 100)];
    expect(high).toEqual(upTo(12, 100));
    expect(normal).toEqual(upTo(12));
    // Both queues had a place each from then on: neither waited for the other's end.
    expect(ran.indexOf(100)).toBeLessThan(ran.indexOf(5));
    expect(ran.indexOf(5)).toBeLessThan(ran.indexOf(111));
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
  });

  it('do not overtake in a sequential lane', async () => {
    await submit('a', [0, 1], 1, 'normal');
    const [last] = await submit('a', [2], 1, 'high');
    const ran: number[] = [];
    await fixture.worker(async ({ data }) => ran.push(data.n));
    await fixture.until('a', last?.jobId ?? '', 'completed');
    expect(ran).toEqual([0, 1, 2]);
  });

  it('that were submitted to a wide workload are served when it has become a sequential one', async () => {
    const [urgent] = await submit('a', [0], 3, 'high');
    await fixture.worker(async () => undefined, { times: { sweepMs: 100 } });
    await fixture.until('a', urgent?.jobId ?? '', 'completed');
  });
});

describe('the fleet limit', () => {
  it('is changed at run time, and holds for workers that come later', async () => {
    const { lanes } = fixture;
    let running = 0;
    const most: number[] = [];
    const step = new Gate(1);
    const handle = async () => {
      running += 1;
      most.push(running);
      await step.open;
      running -= 1;
    };
    await lanes.setFleetLimit(WORKLOAD, 1);
    await fixture.worker(handle, { limits: { fleetLimit: 2 }, slots: 4 });
    for (const lane of 'abcdef') await fixture.submit(lane, 1);
    await expect.poll(() => running).toBe(1);
    await lanes.setFleetLimit(WORKLOAD, 3);
    await expect.poll(() => running, { timeout: 15_000 }).toBe(3);
    expect(Math.max(...most)).toBe(3);
    step.pass();
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
    await expect(lanes.setFleetLimit(WORKLOAD, 0)).rejects.toThrow('whole number');
  });
});
