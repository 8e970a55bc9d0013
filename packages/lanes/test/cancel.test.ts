import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isLanesError, JobFailure, type LanesErrorCode } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const code = (expected: LanesErrorCode) => (error: unknown) => isLanesError(error, expected);
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a queued job', () => {
  it('that is cancelled never runs, and its lane goes on with the next', async () => {
    const [first = '', second = '', third = ''] = await fixture.submit('a b', 3);
    const cancelled = await fixture.lanes.cancel({ jobId: second }, { reason: 'ordered twice' });
    expect(cancelled).toEqual({ jobId: second, workload: WORKLOAD, lane: 'a b', state: 'cancelled' });
    expect((await fixture.left()).commands).toBe(2);
    const ran: string[] = [];
    await fixture.worker(async ({ jobId }) => ran.push(jobId));
    await fixture.until('a b', third, 'completed');
    expect(ran).toEqual([first, third]);
    const events = await fixture.eventsOf('a b', second);
    expect(events).toMatchObject([{ type: 'queued' }, { type: 'cancelled', reason: 'ordered twice' }]);
  });

  it('is found faster with its workload and lane, and not at all under another lane', async () => {
    const [id = ''] = await fixture.submit('a', 1);
    const wrong = fixture.lanes.cancel({ jobId: id, workload: WORKLOAD, lane: 'b' });
    await expect(wrong).rejects.toSatisfy(code('UNKNOWN_JOB'));
    expect(await fixture.lanes.cancel({ jobId: id, workload: WORKLOAD, lane: 'a' })).toMatchObject({ lane: 'a' });
  });

  it('whose command is still there after a crash does not run either', async () => {
    const { events } = fixture.lanes;
    const [first = '', second = ''] = await fixture.submit('a', 2);
    const { seq } = (await events.last(WORKLOAD, 'a', first)) ?? { seq: 0 };
    const at = new Date().toISOString();
    // What cancel writes before it takes the command away.
    await events.append({ type: 'cancelled', jobId: first, workload: WORKLOAD, lane: 'a', at }, seq);
    const ran: string[] = [];
    await fixture.worker(async ({ jobId }) => ran.push(jobId));
    await fixture.until('a', second, 'completed');
    expect(ran).toEqual([second]);
  });

  it('is either cancelled or runs, never both, however often the two race', async () => {
    const ran = new Set<string>();
    await fixture.worker(async ({ jobId }) => ran.add(jobId));
    const lanes = Array.from({ length: 60 }, (_, n) => `lane ${n}`);
    const ends = await Promise.all(
      lanes.map(async (lane) => {
        const [id = ''] = await fixture.submit(lane, 1);
        const won = await fixture.lanes.cancel({ jobId: id, workload: WORKLOAD, lane }).then(
          () => true,
          (error: unknown) => {
            if (code('RUNNING')(error) || code('OVER')(error)) return false;
            throw error;
          },
        );
        await fixture.until(lane, id, won ? 'cancelled' : 'completed');
        return { id, won };
      }),
    );
    for (const { id, won } of ends) expect(ran.has(id), id).toBe(!won);
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
  });
});

describe('a job that waits for its retry', () => {
  it('is cancelled, and its lane goes on at once', async () => {
    const second = new Gate(1);
    await fixture.worker(
      async ({ data }) => {
        if (data.n === 1) return second.pass();
        throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
      },
      { limits: { backoffMs: 600_000 }, times: { sweepMs: 600_000 } },
    );
    const [id = ''] = await fixture.submit('a', 2);
    await fixture.until('a', id, 'retry-scheduled');
    expect(await fixture.lanes.cancel({ jobId: id })).toMatchObject({ state: 'cancelled' });
    await second.open;
  });

  it('and had announced a step that no one knows the end of, ends as uncertain', async () => {
    await fixture.worker(
      async (_, { intend }) => {
        await intend('publish');
        throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
      },
      { limits: { backoffMs: 600_000 } },
    );
    const [id = ''] = await fixture.submit('a', 1);
    await fixture.until('a', id, 'retry-scheduled');
    expect(await fixture.lanes.cancel({ jobId: id })).toMatchObject({ state: 'uncertain' });
    expect((await fixture.eventsOf('a', id)).at(-1)).toMatchObject({
      type: 'uncertain',
      attempt: 1,
      intents: ['publish'],
      error: { code: 'CANCELLED', message: expect.stringContaining('publish') },
    });
  });
});

describe('a running job', () => {
  it('is left alone, unless forced: then its handler is told to stop and the job ends as cancelled', async () => {
    const started = new Gate(1);
    const next = new Gate(1);
    const reasons: unknown[] = [];
    await fixture.worker(async ({ data }, { signal }) => {
      if (data.n === 1) return next.pass();
      started.pass();
      await untilAborted(signal).catch((reason: unknown) => {
        reasons.push(reason);
        throw new Error('stopped half way');
      });
    });
    const [id = ''] = await fixture.submit('a', 2);
    await started.open;
    await expect(fixture.lanes.cancel({ jobId: id })).rejects.toSatisfy(code('RUNNING'));
    expect(await fixture.lanes.cancel({ jobId: id }, { force: true, reason: 'too late' })).toMatchObject({
      state: 'cancelling',
    });
    expect(await fixture.until('a', id, 'cancelled')).toMatchObject({ reason: 'too late' });
    await next.open;
    expect(reasons).toSatisfy(([reason]) => code('CANCELLED')(reason));
    await expect(fixture.lanes.cancel({ jobId: id }, { force: true })).rejects.toThrow('the job is over: cancelled');
  });

  it('that completes all the same has completed', async () => {
    const started = new Gate(1);
    await fixture.worker(async (_, { signal }) => {
      started.pass();
      await untilAborted(signal).catch(() => undefined);
      return 'done before it stopped';
    });
    const [id = ''] = await fixture.submit('a', 1);
    await started.open;
    await fixture.lanes.cancel({ jobId: id }, { force: true });
    expect(await fixture.until('a', id, 'completed')).toMatchObject({ result: 'done before it stopped' });
    await expect(fixture.lanes.cancel({ jobId: id })).rejects.toThrow('the job is over: completed');
  });

  it('that had announced an irreversible step ends as uncertain', async () => {
    const intended = new Gate(1);
    await fixture.worker(async (_, { intend, signal }) => {
      await intend('publish');
      intended.pass();
      await untilAborted(signal);
    });
    const [id = ''] = await fixture.submit('a', 1);
    await intended.open;
    await fixture.lanes.cancel({ jobId: id }, { force: true });
    expect(await fixture.until('a', id, 'uncertain')).toMatchObject({ error: { code: 'CANCELLED' } });
  });
});

it('what is not there cannot be cancelled', async () => {
  await expect(fixture.lanes.cancel({ jobId: 'nobody' })).rejects.toSatisfy(code('UNKNOWN_JOB'));
  await expect(fixture.lanes.cancel({ jobId: 'no.such.*' })).rejects.toSatisfy(code('UNKNOWN_JOB'));
});
