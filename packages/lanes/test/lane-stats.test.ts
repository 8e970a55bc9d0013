import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isLanesError, JobFailure } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

describe('the lanes of a workload', () => {
  it('tell how much they hold, since when, and whether they are paused', async () => {
    const before = new Date(Date.now() - 1_000).toISOString();
    await fixture.submit('a', 1);
    await fixture.submit('b c', 3);
    await fixture.lanes.pause({ workload: WORKLOAD, lane: 'a' }, 'locked');
    await fixture.lanes.pause({ workload: WORKLOAD, lane: 'empty' }, 'holiday');
    const { lanes, total } = await fixture.lanes.listLanes(WORKLOAD);
    expect(total).toBe(3);
    expect(lanes).toMatchObject([
      { lane: 'b c', commands: 3 },
      { lane: 'a', commands: 1, paused: { reason: 'locked' } },
      { lane: 'empty', commands: 0, paused: { reason: 'holiday' } },
    ]);
    for (const { commands, oldestAt } of lanes) {
      if (commands === 0) expect(oldestAt).toBeUndefined();
      else expect(oldestAt && oldestAt > before).toBe(true);
    }
    expect((await fixture.lanes.listLanes(WORKLOAD, { limit: 1 })).lanes).toHaveLength(1);
    expect(await fixture.lanes.showLane({ workload: WORKLOAD, lane: 'b c' })).toEqual(lanes[0]);
    expect(await fixture.lanes.showLane({ workload: WORKLOAD, lane: 'none' })).toMatchObject({ commands: 0 });
    await expect
      .poll(() => fixture.lanes.showWorkload(WORKLOAD))
      .toMatchObject({
        commands: 4,
        lanes: 2,
        pausedLanes: 2,
        turns: 2,
        oldestAt: lanes[1]?.oldestAt,
      });
    expect(await fixture.lanes.showWorkload('nothing')).toMatchObject({ commands: 0, lanes: 0, turns: 0 });
  });
});

describe('failed jobs', () => {
  it('are redriven by lane and code, in the order in which they failed, once', async () => {
    const ran: string[] = [];
    await fixture.worker(async ({ data, lane, retryOf }) => {
      if (retryOf) return ran.push(`${lane}${data.n}`);
      if (data.n === 9) return;
      throw new JobFailure({ code: data.n % 2 ? 'ODD' : 'EVEN', message: 'It failed.', retryable: false });
    });
    const jobs = [...(await fixture.submit('a', 4)), ...(await fixture.submit('a', 1, 9))];
    await fixture.submit('b', 2);
    await fixture.until('a', jobs[4] ?? '', 'completed');
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
    expect(await fixture.lanes.redrive({ lane: 'a', code: 'EVEN' }, { dryRun: true })).toEqual([
      { jobId: jobs[0], workload: WORKLOAD, lane: 'a', code: 'EVEN' },
      { jobId: jobs[2], workload: WORKLOAD, lane: 'a', code: 'EVEN' },
    ]);
    const [first] = await fixture.lanes.redrive({ lane: 'a', code: 'EVEN' }, { limit: 1 });
    expect(first).toMatchObject({ jobId: jobs[0], retry: { retryOf: jobs[0], replayed: false } });
    const rest = await fixture.lanes.redrive({ workload: WORKLOAD, lane: 'a' });
    expect(rest.map(({ jobId }) => jobId)).toEqual([jobs[1], jobs[2], jobs[3]]);
    await fixture.until('a', rest[2]?.retry?.jobId ?? '', 'completed');
    expect(ran).toEqual(['a0', 'a1', 'a2', 'a3']);
    expect(await fixture.lanes.redrive({ since: '2999-01-01T00:00:00.000Z' })).toEqual([]);
  });
});

it('the history of a job is all its events, in order', async () => {
  await fixture.worker(async () => 'done');
  const [id = ''] = await fixture.submit('a', 1);
  await fixture.until('a', id, 'completed');
  expect((await fixture.lanes.history({ jobId: id })).map(({ type }) => type)).toEqual([
    'queued',
    'started',
    'completed',
  ]);
  await expect(fixture.lanes.history({ jobId: 'nobody' })).rejects.toSatisfy((e) => isLanesError(e, 'UNKNOWN_JOB'));
});

it('what a handler logs says which job and attempt it is about', async () => {
  const lines: object[] = [];
  const log = { debug() {}, warn() {}, error() {}, info: (fields: object) => void lines.push(fields) };
  await fixture.worker(async (_, context) => context.log.info({ step: 2 }, 'half way'), { log });
  const [id = ''] = await fixture.submit('a', 1);
  await fixture.until('a', id, 'completed');
  expect(lines).toContainEqual({ jobId: id, workload: WORKLOAD, lane: 'a', attempt: 1, step: 2 });
});
