import Type, { type Static } from 'typebox';

/**
 * Codes of answers that are not a success (RFC 9457 problem details): status and title.
 * Codes are stable: clients branch on them. docs/errors.md lists each; a test proves that.
 */
export const httpProblems = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  NOT_AUTHENTICATED: { status: 401, title: 'Who is calling is not known' },
  NOT_ALLOWED: { status: 403, title: 'Not allowed' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  JOB_RUNNING: { status: 409, title: 'The job is running' },
  JOB_OVER: { status: 409, title: 'The job is over' },
  JOB_NOT_OVER: { status: 409, title: 'The job is not over yet' },
  JOB_NOT_UNCERTAIN: { status: 409, title: 'The job is not uncertain' },
  JOB_NOT_REPEATABLE: { status: 409, title: 'What the job was to do is not known any more' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  VALUE_REFUSED: { status: 422, title: 'A value is not accepted' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another body' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Internal error' },
  NOT_READY: { status: 503, title: 'Temporarily not available' },
} as const satisfies Record<string, { status: number; title: string }>;
/** A code of {@link httpProblems}. */
export type ProblemCode = keyof typeof httpProblems;

/** Codes with which a job fails, what each means, and whether another attempt can help. */
export const jobErrors = {
  INVALID_COMMAND: { retryable: false, meaning: 'The stored command does not match its schema' },
  NO_HANDLER: { retryable: false, meaning: 'The worker has no handler for this workload' },
  TIMEOUT: { retryable: true, meaning: 'The attempt took longer than the workload allows' },
  WORKER_LOST: { retryable: true, meaning: 'The worker died during the attempt, on every attempt' },
  WORKER_STOPPED: { retryable: true, meaning: 'The worker stopped before the attempt was over; the job goes on' },
  CANCELLED: { retryable: false, meaning: 'The job was cancelled after it had announced an irreversible step' },
  RESULT_NOT_STORABLE: { retryable: false, meaning: 'The handler returned a result that is not JSON or too large' },
  HANDLER_ERROR: { retryable: true, meaning: 'The handler failed in a way it did not describe' },
  PHOTO_URL_INVALID: { retryable: false, meaning: 'The photo URL is not an http(s) URL' },
  PHOTO_ADDRESS_FORBIDDEN: { retryable: false, meaning: 'The photo URL leads to a private or reserved address' },
  PHOTO_TOO_MANY_REDIRECTS: { retryable: false, meaning: 'The photo URL redirects more than five times' },
  PHOTO_NOT_FOUND: { retryable: false, meaning: 'The photo host answered 404 or 410' },
  PHOTO_REFUSED: { retryable: false, meaning: 'The photo host refused the request (other 4xx)' },
  PHOTO_HOST_ERROR: { retryable: true, meaning: 'The photo host could not be reached or answered 5xx or 429' },
  PHOTO_TIMEOUT: { retryable: true, meaning: 'The photo host was too slow' },
  PHOTO_TOO_LARGE: { retryable: false, meaning: 'The photo is larger than 25 MB' },
  PHOTO_TOO_MANY_PIXELS: { retryable: false, meaning: 'The photo has more than 50 megapixels' },
  PHOTO_EMPTY: { retryable: false, meaning: 'The photo host answered with an empty body' },
  NOT_AN_IMAGE: { retryable: false, meaning: 'What the photo URL returned is not an image' },
  UNSUPPORTED_FORMAT: { retryable: false, meaning: 'The image format is not supported (HEIC, SVG, PDF, ...)' },
  CORRUPT_IMAGE: { retryable: false, meaning: 'The image is damaged or cut short' },
  REMBG_UNAVAILABLE: { retryable: true, meaning: 'No rembg server is healthy' },
  REMBG_ERROR: { retryable: true, meaning: 'rembg failed on this photo' },
  REMBG_REJECTED: { retryable: false, meaning: 'rembg refused the request as not valid' },
  STORE_UNAVAILABLE: { retryable: true, meaning: 'The image store could not be written' },
  STORE_REJECTED: { retryable: false, meaning: 'The image store refused the image' },
  RECORD_NOT_FOUND: { retryable: false, meaning: 'No record has this id for this vendor' },
  RECORD_CHANGED: { retryable: false, meaning: "The record's photo was replaced while the job ran" },
  ACCOUNT_NOT_FOUND: { retryable: false, meaning: 'There is no marketplace account of this id' },
  ACCOUNT_SECRETS_SEALED: { retryable: true, meaning: "The account's session cannot be opened: its key is missing" },
  LOGIN_REQUIRED: { retryable: true, meaning: 'The site asks for a login; the lane waits until someone has logged in' },
  VERIFICATION_REQUIRED: { retryable: true, meaning: 'The site wants a person to prove something; the lane waits' },
  ACCOUNT_LIMITED: { retryable: true, meaning: 'The site says that the account has reached a limit; the lane waits' },
  LISTING_REFUSED: { retryable: false, meaning: "The site's form refuses the listing; nothing was published" },
  DUPLICATE_LISTING: { retryable: false, meaning: 'The account has posted the very same before' },
  SITE_UNREACHABLE: { retryable: true, meaning: 'The marketplace could not be reached or did not answer in time' },
  SITE_ERROR: { retryable: true, meaning: 'The marketplace answered with an error of its own' },
  SITE_CHANGED: { retryable: true, meaning: 'A page of the marketplace lacks what belongs there' },
  PUBLISH_UNKNOWN: { retryable: true, meaning: 'Publish was clicked and the outcome was not learnt; looked up next' },
  BROWSER_FAILED: { retryable: true, meaning: 'The browser did not start, died, or took too long' },
  DEALER_UNKNOWN: { retryable: false, meaning: 'There is no such dealer, or it is not active any more' },
  DATABASE_UNAVAILABLE: { retryable: true, meaning: 'The database could not be reached' },
  DEALER_SECRETS_SEALED: { retryable: true, meaning: "The dealer's credential cannot be opened: its key is missing" },
  DGI_CREDENTIAL: { retryable: false, meaning: "The dealer's API key or secret was refused" },
  DGI_SKEW: {
    retryable: true,
    meaning: "The dealer's server refused the time of the request: the clocks differ, or the way is too slow",
  },
  DGI_RANGE: { retryable: false, meaning: "The time range is not one that the dealer's server can serve" },
  DGI_QUOTA: { retryable: false, meaning: "The credential's requests of the day are used up" },
  DGI_FILTER: { retryable: false, meaning: "The dealer's server refused a filter or another part of the request" },
  DGI_SERVER: { retryable: true, meaning: "The dealer's server failed" },
  DGI_NETWORK: { retryable: true, meaning: "The dealer's server could not be reached or was too slow" },
  DGI_PROTOCOL: { retryable: false, meaning: 'The answer does not follow the protocol or is too large' },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;
/** A code of {@link jobErrors}. */
export type JobErrorCode = keyof typeof jobErrors;

/** One offending field: JSON pointer and the rule it breaks. */
export const ProblemField = Type.Object({ pointer: Type.String(), detail: Type.String() });

/** RFC 9457 problem details, `application/problem+json`. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    errors: Type.Optional(Type.Array(ProblemField)),
  },
  { $id: 'Problem' },
);
/** See {@link Problem}. */
export type Problem = Static<typeof Problem>;
