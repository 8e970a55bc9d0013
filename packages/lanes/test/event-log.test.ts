import type { JobEvent } from '@lanekeeper/contracts';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isLanesError } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const completed = (jobId: string): JobEvent => ({
  type: 'completed',
  jobId,
  workload: WORKLOAD,
  lane: 'a',
  at: new Date().toISOString(),
  attempt: 1,
  result: jobId,
});
const seqOf = async (jobId: string) => (await fixture.lanes.events.last(WORKLOAD, 'a', jobId))?.seq ?? 0;

describe('two events that are appended together, one for each of two jobs', () => {
  it.each([1, 20])('are both stored when both are as expected (%i pairs at once)', async (pairs) => {
    const ids = await fixture.submit('a', 2 * pairs);
    const seqs = await Promise.all(ids.map(seqOf));
    await Promise.all(
      Array.from({ length: pairs }, async (_, pair) => {
        const [first = '', second = ''] = ids.slice(2 * pair);
        const [one, two] = [seqs[2 * pair] ?? 0, seqs[2 * pair + 1] ?? 0];
        const stored = await fixture.lanes.events.appendBoth(
          { event: completed(first), expected: one },
          { event: completed(second), expected: two },
        );
        expect(stored).toEqual([await seqOf(first), await seqOf(second)]);
      }),
    );
    for (const id of ids)
      expect((await fixture.eventsOf('a', id)).map(({ type }) => type)).toEqual(['queued', 'completed']);
  });

  it.each([1, 20])('leave the second out when another writer was first there (%i pairs at once)', async (pairs) => {
    const ids = await fixture.submit('a', 2 * pairs);
    const [first = '', second = ''] = ids;
    const others = ids.slice(2);
    const write = (one: string, two: string, expected: number) =>
      seqOf(one).then((seq) =>
        fixture.lanes.events.appendBoth({ event: completed(one), expected: seq }, { event: completed(two), expected }),
      );
    const [[one, two]] = await Promise.all([
      write(first, second, 1_000_000),
      ...others.map(async (id, index) => {
        if (index % 2 === 0) await write(id, others[index + 1] ?? '', await seqOf(others[index + 1] ?? ''));
      }),
    ]);
    expect([one, two]).toEqual([await seqOf(first), undefined]);
    expect((await fixture.eventsOf('a', second)).map(({ type }) => type)).toEqual(['queued']);
    for (const id of others) expect((await fixture.eventsOf('a', id)).at(-1)?.type).toBe('completed');
  });

  it('are both refused when another writer was first at the first', async () => {
    const [first = '', second = ''] = await fixture.submit('a', 2);
    const both = fixture.lanes.events.appendBoth(
      { event: completed(first), expected: 1_000_000 },
      { event: completed(second), expected: await seqOf(second) },
    );
    await expect(both).rejects.toSatisfy((error) => isLanesError(error, 'FENCED_OUT'));
    expect((await fixture.eventsOf('a', second)).map(({ type }) => type)).toEqual(['queued']);
  });
});
