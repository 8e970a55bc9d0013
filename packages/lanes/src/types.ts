import type { Command, JobErrorBody, WorkloadLimits } from '@lanekeeper/contracts';

/** Structured logging as the engine uses it; a pino logger fits. */
export type EngineLog = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>;

/** What a handler works on: the command, decoded and checked. */
export type JobInput<Data = unknown> = Omit<Command, 'data'> & { readonly data: Data };

/** What a handler may do besides returning its result. */
export type HandlerContext = {
  /**
   * Aborted when the attempt must stop: timed out, forced to cancel, replaced by another worker (fenced out), or the
   * process is going away. Its reason says which. Pass it on to everything that can be aborted.
   *
   * Asked for anew (`context.signal.throwIfAborted()`) it looks at the lease at that very moment: right before an effect
   * that is made in the same step, a process that was stopped meanwhile finds out.
   */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Irreversible steps that an earlier attempt announced without an outcome: look before doing them again. */
  readonly intents: readonly string[];
  /** Says how far the job is, in percent; written without waiting, the latest wins while a write is under way. */
  progress: (percent: number, note?: string) => void;
  /**
   * Announces an irreversible step, durably and fenced, before it is done. After a crash the next attempt sees it in
   * {@link HandlerContext.intents}.
   * @throws when the attempt was fenced out: the step must then not be done.
   */
  intend: (effect: string) => Promise<void>;
  /**
   * Proves that this attempt still owns the job, right before an outside effect: the lease is checked locally and the
   * job's last event on the server.
   * @throws when it does not.
   */
  assertOwned: () => Promise<void>;
  /** The worker's log; every line carries the job, its lane and workload, and the attempt. */
  readonly log: EngineLog;
};

/** Does the work of one command. The value it returns is the job's result. */
export type Handler<Data = unknown, Result = unknown> = (
  job: JobInput<Data>,
  context: HandlerContext,
) => Promise<Result>;

/** A workload as the engine sees it. `check` returns the readable faults of a command's data, none when it is valid. */
export type WorkloadDefinition<Data = unknown> = {
  name: string;
  limits: WorkloadLimits;
  check: (data: unknown) => readonly string[];
  /** Carries the data's type; never set. */
  readonly _data?: Data;
};

/**
 * Thrown by a handler to fail with a stable code. Other errors count as `HANDLER_ERROR`, retryable.
 * The message ends up in events and answers: a readable sentence, nothing secret or personal.
 */
export class JobFailure extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(body: JobErrorBody, options?: ErrorOptions) {
    super(body.message, options);
    this.name = 'JobFailure';
    this.code = body.code;
    this.retryable = body.retryable;
  }
}

/** Thrown by a handler when an irreversible step may or may not have happened: the job ends as `uncertain`. */
export class JobUncertain extends JobFailure {
  constructor(body: Omit<JobErrorBody, 'retryable'>, options?: ErrorOptions) {
    super({ ...body, retryable: false }, options);
    this.name = 'JobUncertain';
  }
}

/**
 * Thrown by a handler that cannot go on for now through no fault of the job, e.g. after it has paused its lane: the attempt
 * does not count, and the job is the next of its lane again. Nothing delays it: pause the lane first.
 */
export class JobHandedBack extends JobFailure {
  constructor(body: Omit<JobErrorBody, 'retryable'>, options?: ErrorOptions) {
    super({ ...body, retryable: true }, options);
    this.name = 'JobHandedBack';
  }
}
