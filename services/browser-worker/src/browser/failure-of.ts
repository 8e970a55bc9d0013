import { setTimeout as delay } from 'node:timers/promises';
import type { LinkedAbort } from '@lanekeeper/service-kit';
import { BrowserError } from './browser-error.ts';

// How long an operation whose browser is gone may take to notice.
const SETTLE_MS = 2_000;
// Playwright has no exported classes for these; the words are those of its TargetClosedError and of a page crash.
const GONE = /(target|browser|page|context)[\w ,]* (has been closed|crashed)/i;

/**
 * The error that an operation failed with: the deadline, the crash or the abort that ended it, with what the operation
 * then said as cause; else its own error, as it was thrown.
 */
export async function failureOf(
  error: unknown,
  { stop, deadlineMs, work }: { stop: LinkedAbort; deadlineMs: number; work: Promise<unknown> | undefined },
): Promise<unknown> {
  if (!stop.signal.aborted)
    return isGone(error) ? new BrowserError('crashed', 'The browser ended.', { cause: error }) : error;
  const cause = await lastWords(work);
  const because = cause === undefined ? {} : { cause };
  if (stop.timedOut) return new BrowserError('deadline', `The operation was ended after ${deadlineMs} ms.`, because);
  const reason: unknown = stop.signal.reason;
  return reason instanceof BrowserError ? new BrowserError(reason.code, reason.message, because) : reason;
}

// Only errors of Playwright itself: one that a driver has made of it already says more.
const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name !== 'SiteError' && GONE.test(error.message);

const lastWords = (work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.race([
    work?.then(
      () => undefined,
      (error: unknown) => error,
    ),
    delay(SETTLE_MS, undefined, { ref: false }),
  ]);
