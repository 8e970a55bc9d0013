import { errors } from '@nats-io/nats-core';

/**
 * Every way in which the engine itself fails. `UNAVAILABLE` passes; the others do not by repeating the call.
 * `UNKNOWN_JOB`, `RUNNING`, `OVER`, `NOT_OVER`, `NOT_UNCERTAIN`, `NOT_REPEATABLE`: the job's state does not allow it.
 */
export type LanesErrorCode =
  | 'UNAVAILABLE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'TOO_MANY_COMMANDS'
  | 'COMMAND_TOO_LARGE'
  | 'INVALID_EVENT'
  | 'FENCED_OUT'
  | 'LEASE_LOST'
  | 'TIMED_OUT'
  | 'STOPPING'
  | 'CANCELLED'
  | 'UNKNOWN_JOB'
  | 'RUNNING'
  | 'OVER'
  | 'NOT_OVER'
  | 'NOT_UNCERTAIN'
  | 'NOT_REPEATABLE'
  | 'REFUSED';

/** An error of the engine, with a stable code. */
export class LanesError extends Error {
  readonly code: LanesErrorCode;

  constructor(code: LanesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LanesError';
    this.code = code;
  }

  /** Whether the same call can succeed later. */
  get retryable(): boolean {
    return this.code === 'UNAVAILABLE';
  }
}

/** Whether a value is a {@link LanesError} of this code. */
export function isLanesError(error: unknown, code: LanesErrorCode): error is LanesError {
  return error instanceof LanesError && error.code === code;
}

/** The server refused a publish. `apiCode` is JetStream's `err_code`. */
export class PublishRefused extends Error {
  readonly apiCode: number;

  constructor(apiCode: number, description: string) {
    super(`JetStream refused the publish: ${description} (${apiCode})`);
    this.name = 'PublishRefused';
    this.apiCode = apiCode;
  }
}

/** JetStream `err_code`s that decide something here. Source: nats-server `errors.json`. */
export const apiCodes = {
  wrongLastSequence: 10071,
  wrongLastSequenceUnknown: 10164,
  maxMessagesPerSubject: 10077,
  batchTooLarge: 10199,
  batchDuplicateId: 10201,
  messageTooLarge: 10054,
} as const;

/**
 * `err_code`s with which a cluster says that it cannot serve a publish now: not available, not the leader, no resources,
 * an election, a batch of which a former leader had the first part, an offline stream. Nothing was stored then.
 */
const unavailable: ReadonlySet<number> = new Set([10008, 10009, 10023, 10041, 10118, 10176, 10194]);

/** Whether a refused publish may succeed later. */
export function isUnavailable(apiCode: number): boolean {
  return unavailable.has(apiCode);
}

/** Whether a publish was refused because its expected sequence was not the subject's last. */
export function isWrongSequence(error: unknown): boolean {
  return (
    error instanceof PublishRefused &&
    (error.apiCode === apiCodes.wrongLastSequence || error.apiCode === apiCodes.wrongLastSequenceUnknown)
  );
}

/** Whether a request found no one to answer it. */
export function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  return error instanceof Error && error.cause instanceof errors.NoRespondersError;
}
