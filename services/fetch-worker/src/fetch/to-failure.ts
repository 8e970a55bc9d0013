import { DgiError } from '@lanekeeper/dgi';
import { JobFailure } from '@lanekeeper/lanes';
import { SecretError } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';

/** A handler's error as the failure of its job; what is neither the dealer's nor the data's stays as it is. */
export function toFailure(error: unknown): unknown {
  if (error instanceof DgiError) {
    const { code, message, retryable } = error;
    return new JobFailure({ code, message, retryable }, { cause: error });
  }
  return error instanceof SecretError ? jobFailure('DEALER_SECRETS_SEALED', undefined, error) : error;
}
