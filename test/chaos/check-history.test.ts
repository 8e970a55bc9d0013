import type { JobEvent } from '@lanekeeper/contracts';
import { describe, expect, it } from 'vitest';
import { findViolations, type History } from './check-history.ts';
import type { Effect } from './effects.ts';

const effect = (kind: Effect['kind'], jobId: string, more: Partial<Effect> = {}): Effect => ({
  kind,
  jobId,
  lane: 'a',
  n: 0,
  attempt: 1,
  worker: 'w',
  at: 0,
  ...more,
});
const event = (type: 'started' | 'completed' | 'cancelled', jobId: string): JobEvent =>
  ({ type, jobId, workload: 'w', lane: 'a', at: '', attempt: 1, result: null }) as JobEvent;
const history = (more: Partial<History>): History => ({
  submitted: new Map([['a', ['1', '2']]]),
  effects: [effect('start', '1'), effect('end', '1'), effect('start', '2'), effect('end', '2')],
  events: [event('completed', '1'), event('completed', '2')],
  fleetLimit: 1,
  serverKills: [],
  cancelled: [],
  left: { commands: 0, turns: 0 },
  ...more,
});

describe('the checker of histories', () => {
  it('finds nothing wrong with a run that kept its promises', () => {
    expect(findViolations(history({}))).toEqual([]);
  });

  it('finds a job that ended twice, and one that never ended', () => {
    const events = [event('completed', '1'), event('completed', '1')];
    expect(findViolations(history({ events }))).toEqual([
      expect.stringContaining('L8 job 1 ended 2 times'),
      expect.stringContaining('L8 job 2 ended 0 times'),
    ]);
  });

  it('finds jobs that ran in the wrong order', () => {
    const effects = [effect('start', '2'), effect('end', '2'), effect('start', '1'), effect('end', '1')];
    expect(findViolations(history({ effects }))).toEqual([expect.stringContaining('L1')]);
  });

  it('finds a zombie that acts after its job was taken over', () => {
    const effects = [
      effect('start', '1', { worker: 'zombie' }),
      effect('start', '1', { attempt: 2 }),
      effect('end', '1', { worker: 'zombie' }),
      effect('end', '1', { attempt: 2 }),
      effect('start', '2'),
      effect('end', '2'),
    ];
    expect(findViolations(history({ effects, fleetLimit: 2 }))).toEqual([expect.stringContaining('L2')]);
  });

  it('finds more handlers at once than the fleet may have, unless a killed server forgot them', () => {
    const submitted = new Map([
      ['a', ['1']],
      ['b', ['2']],
    ]);
    const effects = [
      effect('start', '1', { at: 10_000 }),
      effect('start', '2', { lane: 'b', at: 20_000 }),
      effect('end', '1'),
      effect('end', '2', { lane: 'b' }),
    ];
    expect(findViolations(history({ submitted, effects }))).toEqual([expect.stringContaining('L5 2 handlers')]);
    expect(findViolations(history({ submitted, effects, serverKills: [10_100] }))).toEqual([]);
  });

  it('finds commands and turns left behind', () => {
    expect(findViolations(history({ left: { commands: 1, turns: 0 } }))).toEqual([expect.stringContaining('L6')]);
  });

  it('finds a cancelled job that ran', () => {
    const events = [event('cancelled', '1'), event('completed', '2')];
    expect(findViolations(history({ events }))).toEqual(['cancelled job 1 ran']);
  });

  it('accepts a job that was cancelled while it ran, unless it runs once more', () => {
    const events = [event('started', '1'), event('cancelled', '1'), event('completed', '2')];
    const effects = [effect('start', '1'), effect('start', '2'), effect('end', '2')];
    expect(findViolations(history({ events, effects }))).toEqual([]);
    const again = [effect('start', '1'), effect('start', '1', { attempt: 2 }), ...effects.slice(1)];
    expect(findViolations(history({ events, effects: again }))).toEqual(['cancelled job 1 ran']);
  });

  it('finds a job that was said to be cancelled and completed', () => {
    expect(findViolations(history({ cancelled: ['1'] }))).toEqual([
      'job 1 was said to be cancelled, but ended as completed',
    ]);
  });
});
