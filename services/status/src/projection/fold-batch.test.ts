import { evolve, type Job, type JobEvent } from '@lanekeeper/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCommand, eventsOf } from '../../test/testbed.ts';
import type { DecodedEvent } from './decode-event.ts';
import { foldBatch } from './fold-batch.ts';

const decoded = (event: JobEvent, seq: number): DecodedEvent => ({ seq, subject: 's', data: new Uint8Array(), event });
const commands = ['a', 'b', 'c'].map((jobId) => aCommand({ jobId, lane: jobId }));
const anyEvent = fc.constantFrom(
  ...commands.flatMap((command) => {
    const events = eventsOf(command);
    return [events.queued(), events.started(), events.progressed(50), events.retry(), events.completed()];
  }),
);

describe('a batch', () => {
  it('gives the same jobs and counts however the events are cut into batches', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.array(fc.integer({ min: 1, max: 5 })), (events, sizes) => {
        const stored = new Map<string, Job>();
        const counts = new Map<string, number>();
        const rest = events.map((event, index) => decoded(event, index + 1));
        for (let n = 0; rest.length > 0; n++) {
          const outcome = foldBatch(stored, rest.splice(0, sizes[n] ?? 1));
          for (const job of outcome.jobs) stored.set(job.id, job);
          for (const { state, change } of outcome.counts) counts.set(state, (counts.get(state) ?? 0) + change);
        }
        const expected = new Map<string, Job>();
        for (const [index, event] of events.entries()) {
          const job = evolve(expected.get(event.jobId), event, index + 1);
          if (job) expected.set(event.jobId, job);
        }
        expect(stored).toEqual(expected);
        for (const [state, count] of counts) {
          expect(count).toBe([...expected.values()].filter((job) => job.state === state).length);
        }
      }),
    );
  });

  it('keeps what could not be read apart', () => {
    const bad = { seq: 2, subject: 's', data: new Uint8Array(), reason: 'not JSON' };
    const [command] = commands as [(typeof commands)[0]];
    const outcome = foldBatch(new Map(), [decoded(eventsOf(command).queued(), 1), bad]);
    expect(outcome.bad).toEqual([bad]);
    expect(outcome.jobs).toHaveLength(1);
    expect(outcome.timeline).toHaveLength(1);
  });
});
