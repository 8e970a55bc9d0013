import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTerminal, type JobEvent, type JobEventType } from './events.ts';
import { evolve, isOver } from './fold-job.ts';
import type { Job } from './job.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const common = (second: number) => ({ jobId: 'j1', workload: 'remove-bg', lane: 'v1', at: at(second) });
const job = { jobId: 'j1', workload: 'remove-bg', lane: 'v1', data: { n: 1 }, tenant: 't1', submittedAt: at(0) };
const error = { code: 'TIMEOUT', message: 'Too slow.', retryable: true };

const queued = (): JobEvent => ({ type: 'queued', ...common(0), job, commandSeq: 7 });
const started = (attempt = 1, second = 1): JobEvent => ({
  type: 'started',
  ...common(second),
  attempt,
  worker: 'w1',
  job,
  commandSeq: 7,
});
const progressed = (percent: number, attempt = 1): JobEvent => ({
  type: 'progressed',
  ...common(2),
  attempt,
  worker: 'w1',
  percent,
});
const intended = (): JobEvent => ({
  type: 'effect-intended',
  ...common(2),
  attempt: 1,
  worker: 'w1',
  effect: 'publish',
});
const retry = (attempt = 1): JobEvent => ({ type: 'retry-scheduled', ...common(3), attempt, dueAt: at(5), error });
const completed = (attempt = 1): JobEvent => ({ type: 'completed', ...common(9), attempt, result: { ok: true } });
const failed = (attempt = 1): JobEvent => ({ type: 'failed', ...common(9), attempt, error });
const cancelled = (): JobEvent => ({ type: 'cancelled', ...common(9), reason: 'not wanted' });
const uncertain = (attempt = 1): JobEvent => ({ type: 'uncertain', ...common(9), attempt, error });
const resolved = (as: 'completed' | 'retry'): JobEvent => ({ type: 'resolved', ...common(12), as });

/** Folds events given in order; each may carry its own sequence. */
function given(...events: (JobEvent | [JobEvent, number])[]): Job | undefined {
  return events.reduce<Job | undefined>((state, entry, index) => {
    const [event, seq] = Array.isArray(entry) ? entry : [entry, index + 1];
    return evolve(state, event, seq);
  }, undefined);
}

describe('the fold of a job', () => {
  it('introduces a job by its queued event', () => {
    expect(given(queued())).toEqual({
      id: 'j1',
      workload: 'remove-bg',
      lane: 'v1',
      tenant: 't1',
      state: 'queued',
      progress: 0,
      data: { n: 1 },
      attempt: 0,
      submittedAt: at(0),
      commandSeq: 7,
      lastSeq: 1,
    });
  });

  it('introduces a job by its started event when queued was lost', () => {
    expect(given(started())).toMatchObject({
      state: 'active',
      attempt: 1,
      worker: 'w1',
      startedAt: at(1),
      tenant: 't1',
    });
  });

  it('leaves an active job active when queued arrives after started', () => {
    expect(given(started(), queued())).toMatchObject({ state: 'active', lastSeq: 2 });
  });

  it('keeps priority and the job it repeats', () => {
    const event: JobEvent = { ...queued(), job: { ...job, priority: 'high', retryOf: 'j0' } } as JobEvent;
    expect(given(event)).toMatchObject({ priority: 'high', retryOf: 'j0' });
  });

  it('introduces a job that failed before anything else as nobody’s', () => {
    const state = given(failed(0));
    expect(state).toMatchObject({ state: 'failed', tenant: '', data: null, error, attempt: 0, endedAt: at(9) });
  });

  it('learns whose job it is when queued follows the failure that introduced it', () => {
    expect(given(failed(0), queued())).toMatchObject({ state: 'failed', tenant: 't1', data: { n: 1 }, commandSeq: 7 });
  });

  it.each([progressed(5), intended(), retry(), completed(), cancelled(), uncertain(), resolved('completed')])(
    'drops $type of an unknown job',
    (event) => {
      expect(given(event)).toBeUndefined();
    },
  );

  it('goes through attempts to completion', () => {
    const state = given(queued(), started(), progressed(40), retry(), started(2, 6), progressed(10, 2), completed(2));
    expect(state).toMatchObject({
      state: 'completed',
      attempt: 2,
      progress: 100,
      result: { ok: true },
      endedAt: at(9),
    });
    expect(state).toMatchObject({ startedAt: at(1) });
    expect(state).not.toHaveProperty('error');
    expect(state).not.toHaveProperty('dueAt');
  });

  it('shows why and when the next attempt is due, and no worker meanwhile', () => {
    const state = given(queued(), started(), retry());
    expect(state).toMatchObject({ state: 'retry-scheduled', error, dueAt: at(5) });
    expect(state).not.toHaveProperty('worker');
  });

  it('starts the next attempt at zero, without the last attempt’s error', () => {
    const state = given(queued(), started(), progressed(80), retry(), started(2, 6));
    expect(state).toMatchObject({ state: 'active', attempt: 2, progress: 0 });
    expect(state).not.toHaveProperty('error');
  });

  it('never lets progress go backwards within an attempt', () => {
    expect(given(queued(), started(), progressed(60), progressed(40))).toMatchObject({ progress: 60 });
  });

  it('lets a new attempt begin lower than the last one ended', () => {
    expect(given(queued(), started(), progressed(60), progressed(5, 2))).toMatchObject({ progress: 5, attempt: 2 });
  });

  it('starts at zero again when an attempt that was handed back begins anew', () => {
    expect(given(queued(), started(), progressed(60), retry(), started())).toMatchObject({ progress: 0, attempt: 1 });
  });

  it('ignores progress and starts of an attempt that was replaced', () => {
    const state = given(queued(), started(), retry(), started(2, 6), progressed(99, 1), started(1, 7));
    expect(state).toMatchObject({ attempt: 2, progress: 0, state: 'active' });
  });

  it('ignores a repeated or older sequence', () => {
    expect(given([queued(), 5], [started(), 9], [failed(), 9])).toMatchObject({ state: 'active', lastSeq: 9 });
    expect(given([queued(), 5], [started(), 9], [failed(), 7])).toMatchObject({ state: 'active', lastSeq: 9 });
  });

  it.each([completed(), failed(), cancelled()])('stays $type whatever follows', (end) => {
    const state = given(queued(), started(), end);
    const later = [started(2), progressed(1), retry(), completed(2), failed(2), cancelled(), uncertain(), intended()];
    for (const event of [...later, resolved('completed'), resolved('retry'), queued()]) {
      expect(evolve(state, event, 50)).toEqual({ ...state, lastSeq: 50 });
    }
  });

  it('completes an uncertain job that is resolved as completed', () => {
    const state = given(queued(), started(), uncertain(), resolved('completed'));
    expect(state).toMatchObject({ state: 'completed', progress: 100, endedAt: at(12) });
    expect(state).not.toHaveProperty('error');
  });

  it('fails an uncertain job that is resolved by repeating it, and keeps why', () => {
    const state = given(queued(), started(), uncertain(), resolved('retry'));
    expect(state).toMatchObject({ state: 'failed', error, endedAt: at(12) });
  });

  it('leaves an uncertain job to a person', () => {
    expect(given(queued(), started(), uncertain(), completed())).toMatchObject({ state: 'uncertain', error });
  });

  it('ignores resolved while nothing is uncertain', () => {
    expect(given(queued(), started(), resolved('completed'))).toMatchObject({ state: 'active' });
  });

  it('cancels a job that waits for its retry', () => {
    const state = given(queued(), started(), retry(), cancelled());
    expect(state).toMatchObject({ state: 'cancelled', endedAt: at(9) });
    expect(state).not.toHaveProperty('dueAt');
  });

  const one: Record<JobEventType, JobEvent> = {
    queued: queued(),
    started: started(),
    progressed: progressed(1),
    'effect-intended': intended(),
    'retry-scheduled': retry(),
    completed: completed(),
    failed: failed(),
    cancelled: cancelled(),
    uncertain: uncertain(),
    resolved: resolved('retry'),
  };
  it.each(Object.values(one))('is over after $type exactly when the event is terminal', (event) => {
    const before = event.type === 'resolved' ? given(queued(), started(), uncertain()) : given(queued());
    expect(isOver(evolve(before, event, 90)?.state ?? 'queued')).toBe(isTerminal(event.type));
  });
});

const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.constant(queued()),
  fc.integer({ min: 1, max: 4 }).map((attempt) => started(attempt)),
  fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 4 })).map(([p, a]) => progressed(p, a)),
  fc.constant(intended()),
  fc.integer({ min: 1, max: 4 }).map((attempt) => retry(attempt)),
  fc.integer({ min: 1, max: 4 }).map((attempt) => completed(attempt)),
  fc.integer({ min: 0, max: 4 }).map((attempt) => failed(attempt)),
  fc.constant(cancelled()),
  fc.constant(uncertain()),
  fc.constantFrom('completed' as const, 'retry' as const).map(resolved),
);
const fold = (events: readonly (readonly [JobEvent, number])[]) =>
  events.reduce<Job | undefined>((state, [event, seq]) => evolve(state, event, seq), undefined);

describe('redelivery', () => {
  it('folds to the same job however often events come again', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 30 }), (events, again) => {
        const once = events.map((event, index) => [event, index + 1] as const);
        const twice = once.flatMap((entry, index) => [
          entry,
          ...again.filter((n) => n % 5 === index % 5).map((n) => once[n % (index + 1)] ?? entry),
        ]);
        expect(fold(twice)).toEqual(fold(once));
      }),
    );
  });

  it('keeps the sequence of the newest event and never lowers progress without a new attempt', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        let before: Job | undefined;
        for (const [index, event] of events.entries()) {
          const after = evolve(before, event, index + 1);
          if (after) expect(after.lastSeq).toBe(index + 1);
          const isSameRun = before?.attempt === after?.attempt && before?.state !== 'retry-scheduled';
          if (before && after && isSameRun) {
            expect(after.progress).toBeGreaterThanOrEqual(before.progress);
          }
          before = after;
        }
      }),
    );
  });
});
