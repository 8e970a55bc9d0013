import { type JobErrorCode, jobErrors } from '@lanekeeper/contracts';

/** The codes of the catalogue that reading dealer data fails with. */
export type DgiErrorCode = Extract<JobErrorCode, `DGI_${string}`>;

/** What else is known about a failure. */
export type DgiErrorOptions = {
  /** Overrides the catalogue: a wrong host name is a network error that no retry heals. */
  readonly retryable?: boolean;
  /** Status of the HTTP answer, if there was one. */
  readonly httpStatus?: number;
  /** Stays in the logs. */
  readonly cause?: unknown;
};

/** A failed request; `message` is a readable sentence without secrets and personal data. */
export class DgiError extends Error {
  readonly code: DgiErrorCode;
  /** Whether another attempt later can help without anybody doing anything. */
  readonly retryable: boolean;
  readonly httpStatus: number | null;

  constructor(code: DgiErrorCode, message: string, options: DgiErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DgiError';
    this.code = code;
    this.retryable = options.retryable ?? jobErrors[code].retryable;
    this.httpStatus = options.httpStatus ?? null;
  }
}
