import Type, { type Static } from 'typebox';
import { Command, JobId, LaneKey, Timestamp, WorkloadName } from './command.ts';

/** Why an attempt or a job failed. `code` is stable, `message` a readable sentence without personal data. */
export const JobErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryable: Type.Boolean(),
});
/** See {@link JobErrorBody}. */
export type JobErrorBody = Static<typeof JobErrorBody>;

const common = { jobId: JobId, workload: WorkloadName, lane: LaneKey, at: Timestamp };
const attempted = {
  ...common,
  /** Which attempt this is, from 1. */
  attempt: Type.Integer({ minimum: 1 }),
  /** Irreversible steps that were announced and whose outcome is not known yet. */
  intents: Type.Optional(Type.Array(Type.String())),
  /**
   * Under which delivery of which turn (its sequence in TURNS) by which consumer of turns (its creation time) this
   * attempt works: a later delivery of the same turn by the same consumer proves that the lease has run out.
   */
  delivery: Type.Optional(
    Type.Object({
      consumer: Type.String(),
      turn: Type.Optional(Type.Integer({ minimum: 1 })),
      slot: Type.Optional(Type.Integer({ minimum: 0 })),
      count: Type.Integer({ minimum: 1 }),
    }),
  ),
};

const Queued = Type.Object({
  type: Type.Literal('queued'),
  ...common,
  job: Command,
  /** Sequence of the command in COMMANDS: the order within the lane. */
  commandSeq: Type.Integer({ minimum: 0 }),
});
const Started = Type.Object({
  type: Type.Literal('started'),
  ...attempted,
  worker: Type.String(),
  job: Command,
  commandSeq: Type.Integer({ minimum: 0 }),
});
const Progressed = Type.Object({
  type: Type.Literal('progressed'),
  ...attempted,
  worker: Type.String(),
  percent: Type.Number({ minimum: 0, maximum: 100 }),
  note: Type.Optional(Type.String()),
});
const EffectIntended = Type.Object({
  type: Type.Literal('effect-intended'),
  ...attempted,
  worker: Type.String(),
  effect: Type.String(),
});
const RetryScheduled = Type.Object({
  type: Type.Literal('retry-scheduled'),
  ...attempted,
  dueAt: Timestamp,
  error: JobErrorBody,
  /** The worker gave the job back unfinished (it is stopping): the attempt does not count. */
  handedBack: Type.Optional(Type.Boolean()),
});
const Completed = Type.Object({ type: Type.Literal('completed'), ...attempted, result: Type.Unknown() });
/** Attempt 0: the command was invalid and never started; then no earlier event need have introduced the job. */
const Failed = Type.Object({
  type: Type.Literal('failed'),
  ...common,
  attempt: Type.Integer({ minimum: 0 }),
  error: JobErrorBody,
});
const Cancelled = Type.Object({ type: Type.Literal('cancelled'), ...common, reason: Type.Optional(Type.String()) });
const Uncertain = Type.Object({ type: Type.Literal('uncertain'), ...attempted, error: JobErrorBody });
const Resolved = Type.Object({
  type: Type.Literal('resolved'),
  ...common,
  as: Type.Union([Type.Literal('completed'), Type.Literal('retry')]),
});

/** What happened to a job. Append-only; the only source of a job's state. Subject: `evt.<workload>.<lane>.<jobId>`. */
export const JobEvent = Type.Union(
  [Queued, Started, Progressed, EffectIntended, RetryScheduled, Completed, Failed, Cancelled, Uncertain, Resolved],
  { $id: 'JobEvent' },
);
/** See {@link JobEvent}. */
export type JobEvent = Static<typeof JobEvent>;
/** The name of an event. */
export type JobEventType = JobEvent['type'];
/** One kind of event. */
export type JobEventOf<T extends JobEventType> = Extract<JobEvent, { type: T }>;

/** Whether an event of this type ends its job (`resolved` ends an uncertain one for good). */
export function isTerminal(type: JobEventType): boolean {
  switch (type) {
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'uncertain':
    case 'resolved':
      return true;
    case 'queued':
    case 'started':
    case 'progressed':
    case 'effect-intended':
    case 'retry-scheduled':
      return false;
  }
}
