import { jobErrors } from '@lanekeeper/contracts';
import type { Outcome } from './attempt.ts';

/**
 * How a cancelled job ends: as cancelled, or as uncertain when an irreversible step was announced (`intents`) whose
 * outcome no one knows. Pure.
 */
export function cancellation(
  intents: readonly string[],
  reason?: string,
): Extract<Outcome, { type: 'cancelled' | 'uncertain' }> {
  if (intents.length === 0) return reason === undefined ? { type: 'cancelled' } : { type: 'cancelled', reason };
  const message = `The job was cancelled after it had announced: ${intents.join(', ')}. Nobody knows whether it was done.`;
  return { type: 'uncertain', error: { code: 'CANCELLED', message, retryable: jobErrors.CANCELLED.retryable } };
}
