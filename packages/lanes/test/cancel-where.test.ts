import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { JobFailure } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';
import { Gate } from './gate.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

const ids = (jobs: readonly { jobId: string }[]) => new Set(jobs.map(({ jobId }) => jobId));

describe('a cancel over a filter', () => {
  it('takes back what waits in a lane, leaves what runs and what is elsewhere, and none of it runs', async () => {
    const started = new Gate(1);
    const release = new Gate(1);
    const ran: string[] = [];
    await fixture.worker(async ({ jobId, lane }) => {
      ran.push(jobId);
      if (lane !== 'a') return;
      started.pass();
      await release.open;
    });
    const [running = '', ...waiting] = await fixture.submit('a', 250);
    await started.open;
    const cancelled = await fixture.lanes.cancelWhere({ workload: WORKLOAD, lane: 'a' }, { reason: 'the dealer left' });
    expect(ids(cancelled)).toEqual(new Set(waiting));
    release.pass();
    const [other = ''] = await fixture.submit('b', 1);
    await fixture.until('b', other, 'completed');
    await fixture.until('a', running, 'completed');
    expect(await fixture.until('a', waiting[0] ?? '', 'cancelled')).toMatchObject({ reason: 'the dealer left' });
    expect(new Set(ran)).toEqual(new Set([running, other]));
    await expect.poll(() => fixture.left(), { timeout: 15_000 }).toEqual({ commands: 0, turns: 0 });
  });

  it('goes by state and tenant, takes at most so many, and finds urgent ones of wide lanes', async () => {
    await fixture.worker(
      async () => {
        throw new JobFailure({ code: 'PASSING', message: 'It will pass.', retryable: true });
      },
      { limits: { backoffMs: 600_000 } },
    );
    const [waits = '', queued = '', last = ''] = await fixture.submit('a', 3);
    await fixture.until('a', waits, 'retry-scheduled');
    const { lanes } = fixture;
    expect(await lanes.cancelWhere({ tenants: ['someone else'] })).toEqual([]);
    expect(ids(await lanes.cancelWhere({ lane: 'a', state: 'queued' }, { limit: 1 }))).toEqual(new Set([last]));
    expect(ids(await lanes.cancelWhere({ state: 'retry-scheduled' }))).toEqual(new Set([waits]));
    await fixture.until('a', queued, 'retry-scheduled');
    const job = { workload: 'elsewhere', width: 3, lane: 'w', data: {}, tenant: 'test', priority: 'high' } as const;
    const urgent = await lanes.submit([job]);
    expect(ids(await lanes.cancelWhere({ workload: 'elsewhere' }))).toEqual(ids(urgent.jobs));
  });
});
