import Type, { type Static } from 'typebox';
import { JobId, LaneKey, Priority, Timestamp, WorkloadName } from './command.ts';
import { JobErrorBody } from './events.ts';

/** The states of a job; see the state diagram in docs. */
export const JobState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('active'),
  Type.Literal('retry-scheduled'),
  Type.Literal('completed'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('uncertain'),
]);
/** See {@link JobState}. */
export type JobState = Static<typeof JobState>;

/** The life of one command: the fold of its events. */
export const Job = Type.Object(
  {
    id: JobId,
    workload: WorkloadName,
    lane: LaneKey,
    tenant: Type.String(),
    state: JobState,
    /** Percent, 0 to 100. */
    progress: Type.Number({ minimum: 0, maximum: 100 }),
    data: Type.Unknown(),
    result: Type.Optional(Type.Unknown()),
    error: Type.Optional(JobErrorBody),
    /** Attempts begun. */
    attempt: Type.Integer({ minimum: 0 }),
    worker: Type.Optional(Type.String()),
    priority: Type.Optional(Priority),
    retryOf: Type.Optional(JobId),
    submittedAt: Timestamp,
    startedAt: Type.Optional(Timestamp),
    endedAt: Type.Optional(Timestamp),
    /** When the next attempt is due, in state `retry-scheduled`. */
    dueAt: Type.Optional(Timestamp),
    /** Sequence of the command in COMMANDS: the order within the lane. */
    commandSeq: Type.Integer({ minimum: 0 }),
    /** Sequence in EVENTS of the last event folded in. */
    lastSeq: Type.Integer({ minimum: 0 }),
  },
  { $id: 'Job' },
);
/** See {@link Job}. */
export type Job = Static<typeof Job>;
