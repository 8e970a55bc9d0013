import type { JobEvent } from '@lanekeeper/contracts';
import { describe, expect, it } from 'vitest';
import { findViolations, type History } from './check-history.ts';
import type { Effect } from './effects.ts';

const effect = (kind: Effect['kind'], jobId: string, more: Partial<Effect> = {}): Effect => ({
  kind,
  jobId,
  workload: 'w',
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
  forced: [],
  minGapMs: new Map(),
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
    const elsewhere = effects.map((one) => ({ ...one, workload: one.jobId }));
    expect(findViolations(history({ submitted, effects: elsewhere }))).toEqual([]);
    expect(findViolations(history({ submitted, effects, serverKills: [{ at: 10_100, back: 10_200 }] }))).toEqual([]);
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

  it('finds a job that was claimed and ran after it was to be cancelled', () => {
    const started = { ...event('started', '1'), at: new Date(2_000).toISOString(), attempt: 2 } as JobEvent;
    const events = [event('started', '1'), started, event('completed', '1'), event('completed', '2')];
    const effects = [effect('start', '1'), effect('start', '1', { attempt: 2 }), effect('start', '2')];
    const forced = [{ jobId: '1', at: 1_000 }];
    expect(findViolations(history({ events, effects, forced }))).toEqual([
      'job 1 ran (attempt 2) although it was to be cancelled',
    ]);
    expect(findViolations(history({ events, effects, forced: [{ jobId: '1', at: 3_000 }] }))).toEqual([]);
  });

  it('finds a job that ran before its time', () => {
    const queued = { ...event('started', '1'), job: { runAt: new Date(50).toISOString() } } as unknown as JobEvent;
    const events = [queued, event('completed', '1'), event('completed', '2')];
    expect(findViolations(history({ events }))).toEqual(['job 1 ran 50 ms too early']);
  });

  it('finds jobs of a lane that followed one another too fast', () => {
    const minGapMs = new Map([['w', 30]]);
    expect(findViolations(history({ minGapMs }))).toEqual(['lane a: 2 began 0 ms after 1, not 30']);
    const effects = [effect('start', '1'), effect('end', '1'), effect('start', '2', { at: 30 })];
    expect(findViolations(history({ minGapMs, effects }))).toEqual([]);
  });
});
