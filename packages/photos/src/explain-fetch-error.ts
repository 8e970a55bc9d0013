import { JobFailure } from '@lanekeeper/lanes';
import { errorChain } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { ForbiddenAddressError } from './address-guard.ts';

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** Turns what a request threw into a failure with a `PHOTO_*` code. */
export function explainFetchError(error: unknown): JobFailure {
  for (const link of errorChain(error)) {
    if (link instanceof JobFailure) return link;
    if (link instanceof ForbiddenAddressError) return jobFailure('PHOTO_ADDRESS_FORBIDDEN', undefined, error);
    if (TIMEOUTS.has((link as NodeJS.ErrnoException).code ?? '')) return jobFailure('PHOTO_TIMEOUT', undefined, error);
  }
  return jobFailure('PHOTO_HOST_ERROR', undefined, error);
}

/** The failure that a status other than success or a redirect stands for. */
export function refuseStatus(status: number): JobFailure {
  if (status === 404 || status === 410) return jobFailure('PHOTO_NOT_FOUND');
  if (status >= 500 || [408, 425, 429].includes(status)) {
    return jobFailure('PHOTO_HOST_ERROR', `The photo host answered ${status}`);
  }
  return jobFailure('PHOTO_REFUSED', `The photo host answered ${status}`);
}
