import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isLanesError, JobFailure, JobUncertain, type LanesErrorCode } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const code = (expected: LanesErrorCode) => (error: unknown) => isLanesError(error, expected);
const broken = () => new JobFailure({ code: 'BROKEN', message: 'It is broken.', retryable: false });

describe('retrying a job that failed', () => {
  it('makes a new job at the tail of its lane, linked to the old one', async () => {
    const order: number[] = [];
    const release = new Gate(1);
    await fixture.worker(async ({ data, retryOf }) => {
      order.push(data.n);
      if (data.n === 0 && !retryOf) throw broken();
      if (data.n === 1) await release.open;
    });
    const [failing = ''] = await fixture.submit('a', 3);
    await fixture.until('a', failing, 'failed');
    const retried = await fixture.lanes.retry({ jobId: failing });
    expect(retried).toMatchObject({ workload: WORKLOAD, lane: 'a', retryOf: failing, replayed: false });
    release.pass();
    await fixture.until('a', retried.jobId, 'completed');
    expect(order).toEqual([0, 1, 2, 0]);
    expect((await fixture.eventsOf('a', retried.jobId))[0]).toMatchObject({ job: { retryOf: failing } });
  });

  it('twice makes one job', async () => {
    await fixture.worker(async ({ retryOf }) => {
      if (!retryOf) throw broken();
    });
    const [failing = ''] = await fixture.submit('a', 1);
    await fixture.until('a', failing, 'failed');
    const both = await Promise.all([1, 2].map(() => fixture.lanes.retry({ jobId: failing })));
    const third = await fixture.lanes.retry({ jobId: failing, workload: WORKLOAD, lane: 'a' });
    expect(new Set([...both, third].map(({ jobId }) => jobId)).size).toBe(1);
    expect(third.replayed).toBe(true);
    await fixture.until('a', third.jobId, 'completed');
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
    const started = (await fixture.eventsOf('a', third.jobId)).filter(({ type }) => type === 'started');
    expect(started).toHaveLength(1);
  });
});

it('a cancelled job can be retried; one that waits, runs or has completed cannot', async () => {
  const [cancelled = '', queued = ''] = await fixture.submit('a', 2);
  await fixture.lanes.cancel({ jobId: cancelled });
  await expect(fixture.lanes.retry({ jobId: queued })).rejects.toSatisfy(code('NOT_OVER'));
  const { jobId } = await fixture.lanes.retry({ jobId: cancelled });
  await fixture.worker(async () => undefined);
  await fixture.until('a', jobId, 'completed');
  await expect(fixture.lanes.retry({ jobId: queued })).rejects.toSatisfy(code('OVER'));
  await expect(fixture.lanes.retry({ jobId: 'nobody' })).rejects.toSatisfy(code('UNKNOWN_JOB'));
});

it('a job whose command nobody could decode cannot be retried', async () => {
  const { nc, names } = fixture.lanes;
  const { seq } = (await nc.request(names.command(WORKLOAD, 'a'), 'no json')).json<{ seq: number }>();
  await fixture.worker(async () => undefined);
  await fixture.until('a', `command-${seq}`, 'failed');
  const retried = fixture.lanes.retry({ jobId: `command-${seq}` });
  await expect(retried).rejects.toSatisfy(code('NOT_REPEATABLE'));
});

describe('an uncertain job', () => {
  const uncertain = async () => {
    await fixture.worker(async ({ retryOf }) => {
      if (!retryOf) throw new JobUncertain({ code: 'ANSWER_LOST', message: 'The answer was lost.' });
    });
    const [id = ''] = await fixture.submit('a', 1);
    await fixture.until('a', id, 'uncertain');
    return id;
  };

  it('is resolved as completed, for good', async () => {
    const id = await uncertain();
    const resolved = { jobId: id, workload: WORKLOAD, lane: 'a', as: 'completed' };
    expect(await fixture.lanes.resolve({ jobId: id }, 'completed')).toEqual(resolved);
    expect(await fixture.lanes.resolve({ jobId: id }, 'completed')).toEqual(resolved);
    expect((await fixture.eventsOf('a', id)).filter(({ type }) => type === 'resolved')).toHaveLength(1);
    await expect(fixture.lanes.resolve({ jobId: id }, 'retry')).rejects.toSatisfy(code('NOT_UNCERTAIN'));
    await expect(fixture.lanes.retry({ jobId: id })).rejects.toSatisfy(code('OVER'));
  });

  it('is resolved as to be done again, by either way, as one new job', async () => {
    const id = await uncertain();
    const retried = await fixture.lanes.retry({ jobId: id });
    expect((await fixture.eventsOf('a', id)).at(-1)).toMatchObject({ type: 'resolved', as: 'retry' });
    const { retry } = await fixture.lanes.resolve({ jobId: id }, 'retry');
    expect(retry).toEqual({ ...retried, replayed: true });
    await fixture.until('a', retried.jobId, 'completed');
  });

  it('is resolved one way only when two people decide at once', async () => {
    const id = await uncertain();
    const both = await Promise.allSettled([
      fixture.lanes.resolve({ jobId: id }, 'completed'),
      fixture.lanes.resolve({ jobId: id }, 'retry'),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is the only one that can be resolved', async () => {
    const [id = ''] = await fixture.submit('a', 1);
    await expect(fixture.lanes.resolve({ jobId: id }, 'completed')).rejects.toSatisfy(code('NOT_UNCERTAIN'));
  });
});
