import { BootstrapError } from './step.mjs';

/**
 * Goes through ways of getting something until one gives it; a way that fails makes room for the next. When none is left:
 * throws `advice`, and why each failed.
 */
export function findFirst(ways, advice) {
  const reasons = [];
  for (const way of ways) {
    try {
      const found = way();
      if (found) return found;
    } catch (error) {
      if (!(error instanceof BootstrapError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new BootstrapError([advice, ...reasons.map((reason) => `Tried in vain: ${reason}`)].join('\n'));
}
