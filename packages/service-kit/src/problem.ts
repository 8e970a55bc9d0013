import { httpProblems, type Problem, type ProblemCode, type ProblemField } from '@lanekeeper/contracts';
import type { Static } from 'typebox';

/** One offending field: JSON pointer and the rule it breaks. */
export type FieldError = Static<typeof ProblemField>;

/** What a problem may carry besides code and detail. */
export type ProblemOptions = {
  /** The offending fields. */
  errors?: readonly FieldError[] | undefined;
  /** Headers of the answer, e.g. `Retry-After`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Why, for the log; never shown to the client. */
  cause?: unknown;
};

/** An answer that is not a success. Thrown in a route, it becomes `application/problem+json`. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, { errors = [], headers = {}, cause }: ProblemOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ProblemError';
    this.code = code;
    this.statusCode = httpProblems[code].status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** Makes a {@link ProblemError} to throw. `detail` is a readable sentence that says what to do differently. */
export function problem(code: ProblemCode, detail: string, options?: ProblemOptions): ProblemError {
  return new ProblemError(code, detail, options);
}

/** The body of a problem answer, RFC 9457. `type` is a URN, since the code needs no page to be understood by. */
export function problemBody({ code, message, errors }: ProblemError): Problem {
  const { status, title } = httpProblems[code];
  const body = { type: `urn:lanekeeper:problem:${code}`, title, status, detail: message, code };
  return errors.length === 0 ? body : { ...body, errors: [...errors] };
}
