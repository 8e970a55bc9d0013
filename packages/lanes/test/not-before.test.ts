import type { Command } from '@lanekeeper/contracts';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { earliestStart, noteEnd } from '../src/earliest-start.ts';
import { JobFailure } from '../src/mod.ts';
import { Fixture, limits, WORKLOAD } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const submitAt = async (lane: string, n: number, runAt: string, width = 1) => {
  const job = { workload: WORKLOAD, width, lane, data: { n }, tenant: 'test', runAt };
  return (await fixture.lanes.submit([job])).jobs[0]?.jobId ?? '';
};

describe('a command with runAt', () => {
  it('is not started before, and holds what is behind it in its lane, but no slot', async () => {
    const started: { lane: string; n: number; at: number }[] = [];
    await fixture.worker(async ({ lane, data }) => started.push({ lane, n: data.n, at: Date.now() }), {
      limits: { fleetLimit: 1 },
    });
    const runAt = inMs(1_200);
    await submitAt('a', 0, runAt);
    const [behind = ''] = await fixture.submit('a', 1, 1);
    const [other = ''] = await fixture.submit('b', 1);
    await fixture.until('b', other, 'completed');
    await fixture.until('a', behind, 'completed');
    expect(started.map(({ lane, n }) => `${lane}${n}`)).toEqual(['b0', 'a0', 'a1']);
    expect(started[1]?.at).toBeGreaterThanOrEqual(Date.parse(runAt));
  });

  it('is started although the worker that postponed it is gone', async () => {
    const runAt = inMs(1_500);
    const first = await fixture.worker(async () => 'first');
    const id = await submitAt('a', 0, runAt);
    await expect.poll(async () => (await fixture.left()).turns, { timeout: 15_000 }).toBe(0);
    await first.stop(0);
    await fixture.worker(async () => 'second');
    expect(await fixture.until('a', id, 'completed')).toMatchObject({ result: 'second' });
    const started = await fixture.until('a', id, 'started');
    expect(started.at >= runAt).toBe(true);
  });

  it('far in the future can be cancelled, and its lane goes on at once', async () => {
    await fixture.worker(async () => undefined, { times: { sweepMs: 600_000 } });
    const id = await submitAt('a', 0, inMs(90 * 86_400_000));
    const [behind = ''] = await fixture.submit('a', 1, 1);
    await expect.poll(async () => (await fixture.left()).turns, { timeout: 15_000 }).toBe(0);
    await fixture.lanes.cancel({ jobId: id });
    await fixture.until('a', behind, 'completed');
  });

  it('leaves the other places of a wide lane free', async () => {
    await fixture.worker(async () => undefined, { limits: { width: 2 } });
    await submitAt('a', 0, inMs(600_000), 2);
    const [beside = ''] = await fixture.submit('a', 1, 1, 2);
    await fixture.until('a', beside, 'completed');
  });
});

describe('a minimum gap', () => {
  it('keeps commands of one lane apart, over all workers, and leaves the slot to other lanes', async () => {
    const times = new Map<string, { from: number; to: number }[]>();
    const limits = { fleetLimit: 1, minGapMs: 300 };
    for (let n = 0; n < 2; n++) {
      await fixture.worker(
        async ({ lane }) => {
          const from = Date.now();
          await new Promise((resolve) => setTimeout(resolve, 20));
          times.set(lane, [...(times.get(lane) ?? []), { from, to: Date.now() }]);
        },
        { limits, slots: 1 },
      );
    }
    const a = await fixture.submit('a', 3);
    const b = await fixture.submit('b', 3);
    await fixture.until('a', a[2] ?? '', 'completed');
    await fixture.until('b', b[2] ?? '', 'completed');
    for (const lane of ['a', 'b']) {
      const runs = times.get(lane) ?? [];
      expect(runs).toHaveLength(3);
      runs.slice(1).forEach(({ from }, index) => {
        expect(from - (runs[index]?.to ?? 0)).toBeGreaterThanOrEqual(300);
      });
    }
    // Both lanes began before either had its second command: waiting holds no slot.
    expect(times.get('b')?.[0]?.from).toBeLessThan(times.get('a')?.[1]?.from ?? 0);
  });

  it('is kept after a job that was cancelled while it waited for a retry', async () => {
    const times: { n: number; at: number }[] = [];
    const fail = { code: 'PASSING', message: 'It will pass.', retryable: true };
    await fixture.worker(
      async ({ data }) => {
        times.push({ n: data.n, at: Date.now() });
        if (data.n === 0) throw new JobFailure(fail);
      },
      { limits: { minGapMs: 1_000, backoffMs: 60_000 } },
    );
    const [first = '', second = ''] = await fixture.submit('a', 2);
    await fixture.until('a', first, 'retry-scheduled');
    await fixture.lanes.cancel({ jobId: first });
    await fixture.until('a', second, 'completed');
    expect(times.map(({ n }) => n)).toEqual([0, 1]);
    expect((times[1]?.at ?? 0) - (times[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('is not shortened by a worker whose note comes late', async () => {
    const now = Date.now();
    await noteEnd(fixture.lanes, WORKLOAD, 'a', now);
    await noteEnd(fixture.lanes, WORKLOAD, 'a', now - 5_000);
    const workload = { name: WORKLOAD, limits: { ...limits, minGapMs: 10_000 }, check: () => [] };
    const context = { lanes: fixture.lanes, workload };
    expect(await earliestStart(context, { lane: 'a' } as Command)).toBe(now + 10_000);
  });
});
