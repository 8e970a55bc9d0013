import { describe, expect, it } from 'vitest';
import { aCommand, eventsOf } from '../../test/testbed.ts';
import { attemptsOf, type TimelineEvent } from './attempts.ts';
import { briefly } from './briefly.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { estimateWait } from './estimate-wait.ts';
import { percentiles } from './percentiles.ts';

const base = { ahead: 0, width: 1, fleetLimit: 4, lanes: 1, serviceMs: { p50: 10_000, p90: 20_000 }, dueInMs: 0 };

describe('an estimate', () => {
  it.each([
    ['one job alone', {}, { min: 10, max: 20 }],
    ['two ahead in a sequential lane', { ahead: 2 }, { min: 30, max: 60 }],
    ['five ahead in a lane three wide', { ahead: 5, width: 3 }, { min: 20, max: 40 }],
    ['a fleet shared by eight lanes', { lanes: 8 }, { min: 20, max: 40 }],
    ['a fleet of one', { fleetLimit: 1, width: 3, ahead: 1 }, { min: 20, max: 40 }],
    ['a retry that is due later', { dueInMs: 4_000 }, { min: 14, max: 24 }],
    ['a retry that was due before', { dueInMs: -4_000 }, { min: 10, max: 20 }],
  ])('of %s', (_, parts, expected) => {
    expect(estimateWait({ ...base, ...parts })).toEqual(expected);
  });
});

describe('percentiles', () => {
  it('are of the nearest rank', () => {
    expect(percentiles([])).toBeUndefined();
    expect(percentiles([5])).toEqual({ p50: 5, p90: 5 });
    expect(percentiles([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ p50: 5, p90: 9 });
  });
});

describe('a cursor', () => {
  it('survives the way through a URL', () => {
    const cursor = { submittedAt: new Date('2026-01-02T03:04:05.678Z'), id: 'a-B_9' };
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  it.each(['', 'x', Buffer.from('12.').toString('base64url'), Buffer.from("1.a' OR 1").toString('base64url')])(
    'is not made from %j',
    (token) => {
      expect(decodeCursor(token)).toBeUndefined();
    },
  );
});

describe('attempts', () => {
  const events = eventsOf(aCommand());
  const told = (...list: unknown[]) => attemptsOf(list as TimelineEvent[]).map(({ outcome }) => outcome);

  it.each([
    ['none before the start', [events.queued()], []],
    ['one that runs', [events.queued(), events.started()], ['running']],
    [
      'one that failed and one that completed',
      [events.started(), events.retry(), events.started(2), events.completed(2)],
      ['failed', 'completed'],
    ],
    ['one that was lost', [events.started(), events.started(2)], ['lost', 'running']],
  ])('%s', (_, timeline, expected) => {
    expect(told(...timeline)).toEqual(expected);
  });
});

describe('remembering briefly', () => {
  it('asks once for callers that come together, and again after a failure', async () => {
    let asked = 0;
    const read = briefly(60_000, async (key) => {
      asked++;
      if (asked === 1) throw new Error('away');
      return `${key}${asked}`;
    });
    await expect(Promise.all([read('a'), read('a')])).rejects.toThrow('away');
    expect(await Promise.all([read('a'), read('a'), read('b')])).toEqual(['a2', 'a2', 'b3']);
  });
});
