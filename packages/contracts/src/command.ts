import Type, { type Static } from 'typebox';

/** Identifies a job everywhere: letters, digits, `_`, `-`. */
export const JobId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Job id' });

/** The key of a lane: who owns the work. 1 to 255 bytes of UTF-8. */
export const LaneKey = Type.String({ minLength: 1, maxLength: 255, description: 'Lane key, e.g. a vendor or account' });

/** A workload's name, e.g. `remove-bg`. */
export const WorkloadName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$', description: 'Workload name' });

/** A point in time: ISO 8601 in UTC with milliseconds. */
export const Timestamp = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

/** `high` commands go first inside lanes that are wider than 1. */
export const Priority = Type.Union([Type.Literal('normal'), Type.Literal('high')]);

/**
 * What to do: one per job, durable in the COMMANDS stream until the job ends. It is also the header that `queued` and
 * `started` events carry, so that either alone introduces the job to a projection.
 */
export const Command = Type.Object(
  {
    jobId: JobId,
    workload: WorkloadName,
    lane: LaneKey,
    /** The workload's own input; its schema is in the workload catalogue. */
    data: Type.Unknown(),
    /** Who may see the job: the vendor, account owner or dealer that submitted it. */
    tenant: Type.String({ minLength: 1, maxLength: 255 }),
    submittedAt: Timestamp,
    priority: Type.Optional(Priority),
    /** Not to be started before. In a sequential lane what was submitted after it waits too: order goes first. */
    runAt: Type.Optional(Timestamp),
    /** The failed or uncertain job that this one repeats. */
    retryOf: Type.Optional(JobId),
  },
  { $id: 'Command' },
);
/** See {@link Command}. */
export type Command = Static<typeof Command>;
