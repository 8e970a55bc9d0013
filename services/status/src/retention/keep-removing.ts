import { setTimeout as delay } from 'node:timers/promises';
import { LeaseLost } from '../projection/lease.ts';
import { type RemoveInput, removeOldJobs } from './remove-old-jobs.ts';

/** Time between two looks, in milliseconds. */
const EVERY_MS = 600_000;

/** What removing takes, and when a replica that does not project looks again, in milliseconds. */
export type KeepRemovingInput = RemoveInput & { standbyMs: number };

/**
 * Removes old jobs now and every ten minutes, for as long as this replica projects; resolves when the signal is aborted
 * and the batch under way is stored. A look that fails is logged, and the next one follows. 0 days: keeps all for ever.
 */
export async function keepRemoving(input: KeepRemovingInput): Promise<void> {
  if (input.days === 0) return;
  while (!input.signal.aborted) {
    const waitMs = await look(input);
    await delay(waitMs, undefined, { signal: input.signal }).catch(() => undefined);
  }
}

async function look(input: KeepRemovingInput): Promise<number> {
  try {
    await removeOldJobs(input);
  } catch (err) {
    if (err instanceof LeaseLost) return input.standbyMs;
    if (!input.signal.aborted) input.log.warn({ err }, 'old jobs could not be removed');
  }
  return EVERY_MS;
}
