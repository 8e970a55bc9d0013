import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isLanesError, JobFailure, JobUncertain } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a sequential lane', () => {
  it('runs its commands in submit order, one at a time, on several workers', async () => {
    const done = new Gate(120);
    const ran = new Map<string, number[]>();
    const running = new Set<string>();
    const overlaps: string[] = [];
    const handle = async (job: { lane: string; data: { n: number } }) => {
      if (running.has(job.lane)) overlaps.push(job.lane);
      running.add(job.lane);
      await sleep(job.data.n % 3);
      ran.set(job.lane, [...(ran.get(job.lane) ?? []), job.data.n]);
      running.delete(job.lane);
      done.pass();
    };
    await fixture.worker(handle);
    await fixture.worker(handle);
    const lanes = ['a@example.com', 'b c', 'd', 'e.*.>'];
    // Bulks and singles, the second half while the first runs.
    await Promise.all(lanes.map((lane) => fixture.submit(lane, 15)));
    for (let n = 15; n < 30; n++) await Promise.all(lanes.map((lane) => fixture.submit(lane, 1, n)));
    await done.open;
    expect(overlaps).toEqual([]);
    for (const lane of lanes) expect(ran.get(lane)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('keeps its order while a command waits for its retry, and lets other lanes run meanwhile', async () => {
    const done = new Gate(4);
    const order: string[] = [];
    const limits = { fleetLimit: 1, backoffMs: 600 };
    await fixture.worker(
      async (job, { attempt }) => {
        order.push(`${job.lane}${job.data.n}.${attempt}`);
        if (job.lane === 'a' && job.data.n === 0 && attempt === 1) {
          throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
        }
        done.pass();
      },
      { limits },
    );
    const [first] = await fixture.submit('a', 2);
    await fixture.until('a', first ?? '', 'retry-scheduled');
    await fixture.submit('b', 2);
    await done.open;
    expect(order.filter((entry) => entry.startsWith('a'))).toEqual(['a0.1', 'a0.2', 'a1.1']);
    // The fleet has one slot: had the waiting retry held it, lane b would have come last.
    expect(order.indexOf('b1.1')).toBeLessThan(order.indexOf('a0.2'));
  });

  it('tells of no job as begun before the one ahead of it had ended', async () => {
    const ids = await fixture.submit('a', 30);
    await fixture.worker(async () => undefined);
    await fixture.until('a', ids.at(-1) ?? '', 'completed');
    const spans = await Promise.all(ids.map((id) => fixture.eventsOf('a', id)));
    const times = spans.flatMap((events) =>
      events.filter(({ type }) => type === 'started' || type === 'completed').map(({ at }) => at),
    );
    expect(times).toHaveLength(60);
    expect(times).toEqual(times.toSorted());
  });

  it('needs no sweep for a retry that is due before the turn has ended', async () => {
    const attempts: number[] = [];
    await fixture.worker(
      async (_, { attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
      },
      { limits: { backoffMs: 0 }, times: { sweepMs: 600_000 } },
    );
    const [id = ''] = await fixture.submit('a', 1);
    await fixture.until('a', id, 'completed');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('goes on after a job that failed for good, and after one that no one can decode', async () => {
    const { jsm, names, nc } = fixture.lanes;
    const ran: number[] = [];
    const done = new Gate(2);
    const [failing] = await fixture.submit('a', 1, 0);
    await nc.request(names.command(WORKLOAD, 'a'), 'no json');
    await nc.request(names.command(WORKLOAD, 'a'), JSON.stringify({ jobId: 'x', lane: 'other' }));
    await fixture.lanes.submit([{ workload: WORKLOAD, width: 1, lane: 'a', data: { n: 'no number' }, tenant: 't' }]);
    const [last] = await fixture.submit('a', 1, 9);
    await fixture.worker(async ({ data }) => {
      ran.push(data.n);
      done.pass();
      if (data.n === 0) throw new JobFailure({ code: 'GONE', message: 'It is gone.', retryable: false });
    });
    await done.open;
    await fixture.until('a', last ?? '', 'completed');
    expect(ran).toEqual([0, 9]);
    expect((await fixture.eventsOf('a', failing ?? '')).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'GONE', message: 'It is gone.' },
    });
    const reasons: unknown[] = [];
    for (let seq = 1; ; seq++) {
      const message = await jsm.direct.getMessage(names.eventsStream, { seq, next_by_subj: names.allEvents });
      if (!message) break;
      seq = message.seq;
      const event = message.json<{ type: string; error?: { code: string; message: string } }>();
      if (event.error?.code === 'INVALID_COMMAND') reasons.push(event.error.message);
    }
    expect(reasons).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('not valid'),
      expect.stringContaining('/n must be a number'),
    ]);
  });
});

describe('a wide lane', () => {
  it('runs as many commands at once as it is wide, starting them in order, also when they come one by one', async () => {
    const gate = new Gate(3);
    const started: number[] = [];
    const release = new Gate(1);
    await fixture.worker(
      async ({ data }) => {
        started.push(data.n);
        gate.pass();
        await release.open;
      },
      { limits: { width: 3, fleetLimit: 8 }, times: { sweepMs: 60_000 } },
    );
    for (let n = 0; n < 5; n++) await fixture.submit('a', 1, n, 3);
    await gate.open;
    await sleep(100);
    expect(started).toEqual([0, 1, 2]);
    release.pass();
  });

  it.each([1, 3])('keeps no slot for itself while only its last command runs, on %i workers', async (workers) => {
    const [long, others] = [new Gate(1), new Gate(3)];
    const handle = async (job: { lane: string; data: { n: number } }) => {
      if (job.lane !== 'a') return others.pass();
      // Longer than a time slice: each slot of the lane takes its turn once more, and finds nothing.
      await (job.data.n === 0 ? long.open : sleep(120));
    };
    const options = { limits: { width: 3, fleetLimit: 3 }, times: { ackWaitMs: 30_000 }, slots: 3 };
    const started = Array.from({ length: workers }, () => fixture.worker(handle, options));
    await Promise.all(started);
    const ids = await fixture.submit('a', 3, 0, 3);
    for (const id of ids.slice(1)) await fixture.until('a', id, 'completed');
    await sleep(300);
    for (const lane of ['b', 'c', 'd']) await fixture.submit(lane, 1);
    await others.open;
    expect((await fixture.eventsOf('a', ids[0] ?? '')).at(-1)?.type).toBe('started');
    long.pass();
    await fixture.until('a', ids[0] ?? '', 'completed');
    await expect.poll(async () => (await fixture.left()).turns, { timeout: 5_000 }).toBe(0);
  });
});

describe('the fleet limit', () => {
  it('holds over all workers and lanes', async () => {
    const [done, full] = [new Gate(40), new Gate(3)];
    let inFlight = 0;
    let most = 0;
    const handle = async () => {
      most = Math.max(most, ++inFlight);
      full.pass();
      await full.open;
      await sleep(5);
      inFlight--;
      done.pass();
    };
    for (let n = 0; n < 3; n++) await fixture.worker(handle, { limits: { fleetLimit: 3 }, slots: 3 });
    for (let lane = 0; lane < 20; lane++) await fixture.submit(`lane ${lane}`, 2);
    await done.open;
    expect(most).toBe(3);
  });
});

describe('fairness', () => {
  it('serves lanes round robin: a backlog of one lane delays another by one command a slot', async () => {
    const done = new Gate(43);
    const order: string[] = [];
    await fixture.submit('long', 40);
    for (const lane of ['x', 'y', 'z']) await fixture.submit(lane, 1);
    await fixture.worker(
      async ({ lane }) => {
        order.push(lane);
        await sleep(2);
        done.pass();
      },
      { limits: { fleetLimit: 1 }, times: { turnSliceMs: 0 } },
    );
    await done.open;
    expect(order.slice(0, 4)).toEqual(['long', 'x', 'y', 'z']);
  });
});

describe('a job', () => {
  it('tells its story in events: queued, started, progressed, completed, with its result', async () => {
    await fixture.worker(async (_, { progress }) => {
      progress(40, 'half way');
      await sleep(30);
      return { answer: 42 };
    });
    const [id = ''] = await fixture.submit('a', 1);
    await fixture.until('a', id, 'completed');
    expect(await fixture.eventsOf('a', id)).toMatchObject([
      { type: 'queued', job: { data: { n: 0 } } },
      { type: 'started', attempt: 1, job: { data: { n: 0 } } },
      { type: 'progressed', percent: 40, note: 'half way' },
      { type: 'completed', result: { answer: 42 } },
    ]);
    await expect.poll(() => fixture.left()).toEqual({ commands: 0, turns: 0 });
  });

  it('is tried as often as allowed, with growing delays, then fails with its last error', async () => {
    await fixture.worker(
      async (_, { attempt }) => {
        throw new JobFailure({ code: 'AGAIN', message: `Attempt ${attempt} failed.`, retryable: true });
      },
      { limits: { backoffMs: 20 } },
    );
    const [id = ''] = await fixture.submit('a', 1);
    expect(await fixture.until('a', id, 'failed')).toMatchObject({
      attempt: 3,
      error: { message: 'Attempt 3 failed.' },
    });
    const types = (await fixture.eventsOf('a', id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'retry-scheduled')).toHaveLength(2);
  });

  it('that fails unexpectedly keeps the details out of its events', async () => {
    await fixture.worker(
      async () => {
        throw new Error('password is hunter2');
      },
      { limits: { attempts: 1 } },
    );
    const [id = ''] = await fixture.submit('a', 1);
    const failed = await fixture.until('a', id, 'failed');
    expect(failed).toMatchObject({ error: { code: 'HANDLER_ERROR' } });
    expect(JSON.stringify(await fixture.eventsOf('a', id))).not.toContain('hunter2');
  });

  it('that takes too long is aborted and fails with TIMEOUT', async () => {
    const reasons: unknown[] = [];
    await fixture.worker(
      async (_, { signal }) => {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      { limits: { attempts: 1, timeoutMs: 50 } },
    );
    const [id = ''] = await fixture.submit('a', 1);
    expect(await fixture.until('a', id, 'failed')).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(reasons).toEqual([]);
  });

  it('whose irreversible step may have happened ends as uncertain, with the step announced before', async () => {
    await fixture.worker(async (_, { intend }) => {
      await intend('publish');
      throw new JobUncertain({ code: 'ANSWER_LOST', message: 'The answer was lost.' });
    });
    const [id = ''] = await fixture.submit('a', 1);
    expect(await fixture.until('a', id, 'uncertain')).toMatchObject({ intents: ['publish'] });
    expect((await fixture.eventsOf('a', id)).map(({ type }) => type)).toContain('effect-intended');
  });

  it('whose result is not JSON fails and says so', async () => {
    await fixture.worker(async () => ({ count: 1n }));
    const [id = ''] = await fixture.submit('a', 1);
    expect(await fixture.until('a', id, 'failed')).toMatchObject({ error: { code: 'RESULT_NOT_STORABLE' } });
  });
});

describe('submitting', () => {
  const job = (n: number) => ({ workload: WORKLOAD, width: 1, lane: 'a', data: { n }, tenant: 't' });
  const idempotency = { scope: 'me', key: 'k1', fingerprint: 'f' };

  it('twice under one idempotency key gives the same jobs, once', async () => {
    const first = await fixture.lanes.submit([job(1), job(2)], { idempotency });
    const second = await fixture.lanes.submit([job(1), job(2)], { idempotency });
    expect(first.replayed).toBe(false);
    expect(second).toEqual({ ...first, replayed: true });
    expect((await fixture.left()).commands).toBe(2);
  });

  it('completes what a crash after claiming the key had left out', async () => {
    const { jsm, names } = fixture.lanes;
    const first = await fixture.lanes.submit([job(1), job(2)], { idempotency });
    await jsm.streams.purge(names.eventsStream);
    const second = await fixture.lanes.submit([job(1), job(2)], { idempotency });
    expect(second.jobs).toEqual(first.jobs);
    expect((await fixture.left()).commands).toBe(2);
    expect(await fixture.eventsOf('a', first.jobs[1]?.jobId ?? '')).toMatchObject([{ type: 'queued' }]);
  });

  it('under a key that has been forgotten since is new work', async () => {
    const { jsm, names } = fixture.lanes;
    const first = await fixture.lanes.submit([job(1)], { idempotency });
    await jsm.streams.purge(`KV_${names.idempotencyBucket}`);
    const second = await fixture.lanes.submit([job(1)], { idempotency });
    expect(second.replayed).toBe(false);
    expect(second.jobs[0]?.jobId).not.toBe(first.jobs[0]?.jobId);
  });

  it('something else under a used key is refused', async () => {
    await fixture.lanes.submit([job(1)], { idempotency });
    const reuse = fixture.lanes.submit([job(2)], { idempotency: { ...idempotency, fingerprint: 'g' } });
    await expect(reuse).rejects.toSatisfy((error) => isLanesError(error, 'IDEMPOTENCY_KEY_REUSED'));
  });

  it('more than 1,000 commands at once, or one that is too large, stores nothing', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => job(n));
    await expect(fixture.lanes.submit(many)).rejects.toSatisfy((e) => isLanesError(e, 'TOO_MANY_COMMANDS'));
    const large = { ...job(1), data: { n: 1, text: 'x'.repeat(1_048_576) } };
    await expect(fixture.lanes.submit([job(0), large])).rejects.toSatisfy((e) => isLanesError(e, 'COMMAND_TOO_LARGE'));
    expect((await fixture.left()).commands).toBe(0);
  });
});

describe('the sweep', () => {
  it('gives turns to lanes that have commands and no turn', async () => {
    const { jsm, names } = fixture.lanes;
    await fixture.submit('a', 3);
    await fixture.submit('b', 1);
    await expect.poll(async () => (await fixture.left()).turns).toBe(2);
    await jsm.streams.purge(names.turnsStream);
    const done = new Gate(4);
    await fixture.worker(async () => done.pass());
    await done.open;
  });
});

describe('a worker', () => {
  it('goes on when the consumer of turns was removed', async () => {
    const { jsm, names } = fixture.lanes;
    const first = new Gate(1);
    const second = new Gate(2);
    await fixture.worker(async () => {
      first.pass();
      second.pass();
    });
    await fixture.submit('a', 1);
    await first.open;
    await jsm.consumers.delete(names.turnsStream, names.turnsConsumer(WORKLOAD));
    await fixture.submit('a', 1);
    await second.open;
  });
});

describe('a stopping worker', () => {
  it('finishes what runs, takes nothing new, and hands its lanes to others at once', async () => {
    const started = new Gate(1);
    const finish = new Gate(1);
    const byFirst: number[] = [];
    const first = await fixture.worker(
      async ({ data }) => {
        byFirst.push(data.n);
        started.pass();
        await finish.open;
      },
      { limits: { fleetLimit: 1 }, times: { ackWaitMs: 60_000, sweepMs: 60_000 } },
    );
    await fixture.submit('a', 2);
    await started.open;
    const stopped = first.stop(5_000);
    finish.pass();
    await stopped;
    expect(byFirst).toEqual([0]);
    const second = new Gate(1);
    // With these times nothing but the hand-over can bring the lane here within the test.
    await fixture.worker(async ({ data }) => (data.n === 1 ? second.pass() : undefined), {
      limits: { fleetLimit: 1 },
      times: { ackWaitMs: 60_000, sweepMs: 60_000 },
    });
    await second.open;
  });

  it('hands back what does not finish by the deadline, without counting the attempt', async () => {
    const started = new Gate(1);
    const first = await fixture.worker(async (_, { signal }) => {
      started.pass();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const [id = ''] = await fixture.submit('a', 1);
    await started.open;
    await first.stop(50);
    const attempts: number[] = [];
    await fixture.worker(async (_, { attempt }) => attempts.push(attempt), { limits: { attempts: 1 } });
    await fixture.until('a', id, 'completed');
    expect(attempts).toEqual([1]);
  });
});

describe('live workers', () => {
  it('say who they are and how busy', async () => {
    expect(await fixture.lanes.pingWorkers(WORKLOAD)).toEqual([]);
    const started = new Gate(1);
    const finish = new Gate(1);
    await fixture.worker(async () => {
      started.pass();
      await finish.open;
    });
    await fixture.submit('a', 1);
    await started.open;
    expect(await fixture.lanes.pingWorkers(WORKLOAD)).toMatchObject([{ workload: WORKLOAD, slots: 4, busy: 1 }]);
    finish.pass();
  });
});
