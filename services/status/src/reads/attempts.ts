import { JobErrorBody, type JobEvent } from '@lanekeeper/contracts';
import Type, { type Static } from 'typebox';

/** One attempt at a job, as its events tell. */
export const Attempt = Type.Object({
  attempt: Type.Integer(),
  worker: Type.Optional(Type.String()),
  startedAt: Type.Optional(Type.String()),
  endedAt: Type.Optional(Type.String()),
  /** `lost`: another attempt began without a word from this one. */
  outcome: Type.Union([
    Type.Literal('running'),
    Type.Literal('completed'),
    Type.Literal('failed'),
    Type.Literal('uncertain'),
    Type.Literal('cancelled'),
    Type.Literal('lost'),
  ]),
  error: Type.Optional(JobErrorBody),
});
/** See {@link Attempt}. */
export type Attempt = Static<typeof Attempt>;

/** An event as the timeline keeps it: without the job's header. */
export type TimelineEvent = JobEvent extends infer E ? (E extends JobEvent ? Omit<E, 'job'> : never) : never;

/** The attempts that a timeline tells of, in order. Pure. */
export function attemptsOf(timeline: readonly TimelineEvent[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const event of timeline) {
    const current = attempts.at(-1);
    if (event.type === 'started') begin(attempts, event);
    else if (current?.outcome === 'running') Object.assign(current, endOf(event));
  }
  return attempts;
}

function begin(attempts: Attempt[], { attempt, worker, at }: { attempt: number; worker: string; at: string }): void {
  const current = attempts.at(-1);
  if (current?.outcome === 'running') Object.assign(current, { outcome: 'lost', endedAt: at });
  attempts.push({ attempt, worker, startedAt: at, outcome: 'running' });
}

function endOf(event: TimelineEvent): Partial<Attempt> {
  const ended = (outcome: Attempt['outcome'], error?: JobErrorBody): Partial<Attempt> => ({
    outcome,
    endedAt: event.at,
    ...(error === undefined ? {} : { error }),
  });
  switch (event.type) {
    case 'completed':
      return ended('completed');
    case 'retry-scheduled':
    case 'failed':
      return ended('failed', event.error);
    case 'uncertain':
      return ended('uncertain', event.error);
    case 'cancelled':
      return ended('cancelled');
    case 'queued':
    case 'started':
    case 'progressed':
    case 'effect-intended':
    case 'resolved':
      return {};
  }
}
