import { type JobErrorCode, jobErrors } from '@lanekeeper/contracts';
import { JobFailure } from '@lanekeeper/lanes';

/**
 * A failure of a job with a code of the catalogue; whether another attempt helps comes from there.
 * The default message is the catalogue's; `cause` stays in the logs and never reaches an event.
 */
export function jobFailure(code: JobErrorCode, message?: string, cause?: unknown): JobFailure {
  const { retryable, meaning } = jobErrors[code];
  return new JobFailure({ code, message: message ?? meaning, retryable }, cause === undefined ? {} : { cause });
}
