/** Share of the delay by which it varies, so that jobs that failed together do not come back together. */
const JITTER = 0.2;

/**
 * The delay before the next attempt, in milliseconds: doubles with each attempt, with jitter of 20 % either way.
 * `attempt` is the one that failed, from 1; `random` is in [0, 1).
 */
export function backoffDelay(attempt: number, firstMs: number, random: number): number {
  const delay = firstMs * 2 ** (attempt - 1);
  return Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}
