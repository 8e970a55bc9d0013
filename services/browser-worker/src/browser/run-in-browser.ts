import type { BrowserOptions, BrowserOutcome, BrowserRun } from './browser-run.ts';

/**
 * Runs one operation in a Chromium of its own and leaves nothing behind: no process, no profile. Never rejects because
 * of the operation: its error is in the outcome, as it was thrown. An aborted operation's error is the signal's reason;
 * a deadline's or a crash's is a BrowserError.
 */
export declare function runInBrowser<T>(
  options: BrowserOptions,
  use: (run: BrowserRun) => Promise<T>,
): Promise<BrowserOutcome<T>>;
