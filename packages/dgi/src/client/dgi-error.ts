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

/** The most that is kept of an answer that could not be read, in bytes. */
const MAX_KEPT_BYTES = 2 ** 20;

/** A failed request; `message` is a readable sentence without secrets and personal data. */
export class DgiError extends Error {
  readonly code: DgiErrorCode;
  /** Whether another attempt later can help without anybody doing anything. */
  readonly retryable: boolean;
  readonly httpStatus: number | null;
  #rawBody: Buffer | null = null;

  constructor(code: DgiErrorCode, message: string, options: DgiErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DgiError';
    this.code = code;
    this.retryable = options.retryable ?? jobErrors[code].retryable;
    this.httpStatus = options.httpStatus ?? null;
  }

  /**
   * The answer that could not be read or was a refusal, its first MiB; null when there was none. It may hold personal
   * data: keep it only encrypted. No logger sees it, being no property of the error's own.
   */
  get rawBody(): Buffer | null {
    return this.#rawBody;
  }

  /** Notes the answer; returns the error. */
  keepBody(body: Buffer): this {
    this.#rawBody = body.subarray(0, MAX_KEPT_BYTES);
    return this;
  }
}
