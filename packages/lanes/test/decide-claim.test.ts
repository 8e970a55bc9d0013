import type { JobEvent } from '@lanekeeper/contracts';
import { describe, expect, it } from 'vitest';
import { type ClaimFacts, decideClaim } from '../src/decide-claim.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const at = new Date(NOW - 1_000).toISOString();
const ids = { jobId: 'j', workload: 'w', lane: 'l', at };
const job = { jobId: 'j', workload: 'w', lane: 'l', tenant: 't', data: null, submittedAt: at };
const error = { code: 'X', message: 'x', retryable: true };
const queued: JobEvent = { type: 'queued', ...ids, job, commandSeq: 1 };
const started: JobEvent = {
  type: 'started',
  ...ids,
  job,
  commandSeq: 1,
  attempt: 1,
  worker: 'A',
  intents: ['publish'],
};
const retry = (dueAt: number): JobEvent => ({
  type: 'retry-scheduled',
  ...ids,
  attempt: 1,
  dueAt: new Date(dueAt).toISOString(),
  error,
});

const decide = (facts: Partial<ClaimFacts>) =>
  decideClaim({ last: undefined, now: NOW, attempts: 3, tracked: false, holder: 'unasked', ...facts });

it('a job that is not to start yet is postponed, also when its retry would be due', () => {
  const postponed = { do: 'postpone', until: NOW + 5_000 };
  expect(decide({ notBefore: NOW + 5_000 })).toEqual(postponed);
  expect(decide({ last: queued, notBefore: NOW + 5_000 })).toEqual(postponed);
  expect(decide({ last: retry(NOW - 1), notBefore: NOW + 5_000 })).toEqual(postponed);
  expect(decide({ last: queued, notBefore: NOW })).toMatchObject({ do: 'start' });
});

describe('a delivered command', () => {
  it('whose job has no event yet starts as attempt 1', () => {
    expect(decide({})).toEqual({ do: 'start', attempt: 1, intents: [] });
  });

  it('that is queued starts as attempt 1', () => {
    expect(decide({ last: queued })).toEqual({ do: 'start', attempt: 1, intents: [] });
  });

  it('whose retry is due starts as the next attempt', () => {
    expect(decide({ last: retry(NOW) })).toEqual({ do: 'start', attempt: 2, intents: [] });
  });

  it('whose retry is not due waits until then', () => {
    expect(decide({ last: retry(NOW + 1) })).toEqual({ do: 'postpone', until: NOW + 1 });
  });

  it('that a stopping worker handed back repeats the attempt without counting it', () => {
    const last: JobEvent = { ...retry(NOW), handedBack: true } as JobEvent;
    expect(decide({ last })).toEqual({ do: 'start', attempt: 1, intents: [] });
  });

  it('of an active job whose delivery ran out starts anew and sees what was intended', () => {
    expect(decide({ last: started, tracked: true })).toEqual({ do: 'start', attempt: 2, intents: ['publish'] });
  });

  it('of an active job that the server lost track of asks the holder first', () => {
    expect(decide({ last: started })).toEqual({ do: 'ask-holder', workerId: 'A' });
    expect(decide({ last: started, holder: 'holds' })).toEqual({ do: 'leave' });
    expect(decide({ last: started, holder: 'silent' })).toEqual({ do: 'start', attempt: 2, intents: ['publish'] });
  });

  it('of a job whose last allowed attempt died is given up', () => {
    expect(decide({ last: { ...started, attempt: 3 } as JobEvent, tracked: true })).toMatchObject({
      do: 'give-up',
      attempt: 3,
      error: { code: 'WORKER_LOST' },
    });
  });

  it('of such a job that had announced an irreversible step leaves it uncertain', () => {
    const last = { ...started, attempt: 3, intents: ['publish'] } as JobEvent;
    expect(decide({ last, tracked: true })).toMatchObject({
      do: 'give-up',
      intents: ['publish'],
      error: { message: expect.stringContaining('publish') },
    });
  });

  it.each<JobEvent>([
    { type: 'completed', ...ids, attempt: 1, result: null },
    { type: 'failed', ...ids, attempt: 1, error },
    { type: 'cancelled', ...ids },
    { type: 'uncertain', ...ids, attempt: 1, error },
    { type: 'resolved', ...ids, as: 'completed' },
  ])('of a job that is over ($type) is only settled', (last) => {
    expect(decide({ last, tracked: true })).toEqual({ do: 'settle' });
  });
});
