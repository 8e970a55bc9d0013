import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startNats } from '@lanekeeper/local-stack';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const a = { workload: WORKLOAD, lane: 'a b' };
/** Nothing but the wake-up itself can bring a lane back within a test. */
const noSweep = { times: { sweepMs: 600_000 } };

describe('a paused lane', () => {
  it('finishes what runs, starts nothing new, and goes on at once when it is resumed', async () => {
    const started = new Gate(1);
    const release = new Gate(1);
    const ran: number[] = [];
    await fixture.worker(async ({ data, lane }) => {
      if (lane !== a.lane) return;
      ran.push(data.n);
      started.pass();
      if (data.n === 0) await release.open;
    }, noSweep);
    const [first = '', , last = ''] = await fixture.submit(a.lane, 3);
    await started.open;
    await fixture.lanes.pause(a, 'the account is locked');
    await fixture.lanes.pingWorkers(WORKLOAD); // who answers has heard of the pause
    release.pass();
    await fixture.until(a.lane, first, 'completed');
    // A turn of another lane that comes and goes after it shows that the paused lane's turn was dropped.
    await expect.poll(async () => (await fixture.left()).turns, { timeout: 15_000 }).toBe(0);
    const [other = ''] = await fixture.submit('other', 1);
    await fixture.until('other', other, 'completed');
    expect(ran).toEqual([0]);
    await expect.poll(async () => (await fixture.left()).commands, { timeout: 15_000 }).toBe(2);
    expect(await fixture.lanes.resume(a)).toBe(true);
    await fixture.until(a.lane, last, 'completed');
    expect(ran).toEqual([0, 1, 2]);
  });

  it('is left alone by the sweep and by new commands, also of a worker that starts later', async () => {
    await fixture.lanes.pause(a, 'maintenance');
    const ran: number[] = [];
    const done = new Gate(2);
    const handle = async ({ data, lane }: { data: { n: number }; lane: string }) => {
      if (lane !== a.lane) return;
      ran.push(data.n);
      done.pass();
    };
    await fixture.submit(a.lane, 1, 0);
    await fixture.worker(handle, { times: { sweepMs: 20 } });
    await fixture.submit(a.lane, 1, 1);
    for (let n = 0; n < 3; n++) {
      const [other = ''] = await fixture.submit('other', 1);
      await fixture.until('other', other, 'completed');
    }
    expect(ran).toEqual([]);
    await fixture.lanes.resume(a);
    await done.open;
    expect(ran).toEqual([0, 1]);
  });

  it('that is wide gets all its turns back', async () => {
    const all = new Gate(3);
    const release = new Gate(1);
    await fixture.lanes.pause(a, 'maintenance');
    await fixture.worker(
      async () => {
        all.pass();
        await release.open;
      },
      { limits: { width: 3 }, ...noSweep },
    );
    await fixture.submit(a.lane, 3, 0, 3);
    await expect.poll(async () => (await fixture.left()).turns, { timeout: 15_000 }).toBe(0);
    await fixture.lanes.resume(a);
    await all.open;
    release.pass();
  });

  it('says why and since when; a second pause changes the reason only', async () => {
    expect(await fixture.lanes.pausedLanes()).toEqual([]);
    const { since } = await fixture.lanes.pause(a, 'locked');
    await fixture.lanes.pause(a, 'locked out for good');
    await fixture.lanes.pause({ workload: 'elsewhere', lane: 'c' }, 'holiday');
    expect(await fixture.lanes.pausedLanes(WORKLOAD)).toEqual([{ ...a, reason: 'locked out for good', since }]);
    expect((await fixture.lanes.pausedLanes()).map(({ workload }) => workload)).toEqual([WORKLOAD, 'elsewhere']);
    expect(await fixture.lanes.resume(a)).toBe(true);
    expect(await fixture.lanes.resume(a)).toBe(false);
    expect(await fixture.lanes.pausedLanes(WORKLOAD)).toEqual([]);
    await expect(fixture.lanes.pause(a, '')).rejects.toThrow(RangeError);
  });

  it('whose queued job is cancelled stays paused, without that job', async () => {
    await fixture.lanes.pause(a, 'locked');
    const [first = '', second = ''] = await fixture.submit(a.lane, 2);
    const ran: string[] = [];
    await fixture.worker(async ({ jobId }) => ran.push(jobId), noSweep);
    await fixture.lanes.cancel({ jobId: first });
    await fixture.lanes.resume(a);
    await fixture.until(a.lane, second, 'completed');
    expect(ran).toEqual([second]);
  });
});

it('pauses survive a server that is killed, and workers that live through it hear of what they missed', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-pause-'));
  const nats = await startNats({ dir });
  const own = await Fixture.open(nats.url);
  try {
    const ran: string[] = [];
    await own.worker(async ({ lane }) => ran.push(lane), { times: { sweepMs: 50 } });
    await own.lanes.pause(a, 'locked');
    await nats.kill('SIGKILL');
    await nats.restart();
    await expect
      .poll(() => own.lanes.pausedLanes().catch(() => []), { timeout: 15_000 })
      .toMatchObject([{ reason: 'locked' }]);
    const [paused = ''] = await own.submit(a.lane, 1);
    const [other = ''] = await own.submit('other', 1);
    await own.until('other', other, 'completed');
    expect(ran).toEqual(['other']);
    await own.lanes.resume(a);
    await own.until(a.lane, paused, 'completed');
  } finally {
    await own.close();
    await nats.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
