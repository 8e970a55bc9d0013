import { LinkedAbort } from '@lanekeeper/service-kit';
import { BrowserError } from './browser-error.ts';
import type { BrowserOptions, BrowserOutcome, BrowserRun, Evidence, StorageState } from './browser-run.ts';
import { collectEvidence } from './collect-evidence.ts';
import { failureOf } from './failure-of.ts';
import { launchBrowser, type RunningBrowser } from './launch-browser.ts';
import { type OpenPage, openPage } from './open-page.ts';
import { PhaseTimer } from './phase-timer.ts';
import { untilAborted } from './until-aborted.ts';

const CLOSE_MS = 3_000;

type Use<T> = (run: BrowserRun) => Promise<T>;
type Ending<T> =
  | { ok: true; result: T; storageState: StorageState }
  | { ok: false; error: unknown; evidence?: Evidence };

/**
 * Runs one operation in a Chromium of its own and leaves nothing behind: no process, no profile. Never rejects because
 * of the operation: its error is in the outcome, as it was thrown. An aborted operation's error is the signal's reason;
 * a deadline's or a crash's is a BrowserError.
 */
export async function runInBrowser<T>(options: BrowserOptions, use: Use<T>): Promise<BrowserOutcome<T>> {
  using stop = new LinkedAbort(options.signal ? [options.signal] : [], options.deadlineMs);
  const timer = new PhaseTimer();
  return { ...(await launchAndUse(options, use, stop, timer)), timings: timer.timings };
}

async function launchAndUse<T>(
  options: BrowserOptions,
  use: Use<T>,
  stop: LinkedAbort,
  timer: PhaseTimer,
): Promise<Ending<T>> {
  const operation: Operation = { options, stop, timer, open: undefined, work: undefined };
  const { deadlineMs } = options;
  let running: RunningBrowser;
  try {
    stop.signal.throwIfAborted();
    running = await timer.time('start', () => launchBrowser(options));
  } catch (error) {
    return { ok: false, error: await failureOf(error, { stop, deadlineMs, work: undefined }) };
  }
  const ended = () => stop.abort(new BrowserError('crashed', 'The browser ended.'));
  running.browser.on('disconnected', ended);
  const ending = await inBrowser(running, operation, use);
  running.browser.off('disconnected', ended);
  await timer.time('close', () => running.close(options.closeMs ?? CLOSE_MS));
  if (ending.ok) return ending;
  return { ...ending, error: await failureOf(ending.error, { stop, deadlineMs, work: operation.work }) };
}

interface Operation {
  readonly options: BrowserOptions;
  readonly stop: LinkedAbort;
  readonly timer: PhaseTimer;
  open: OpenPage | undefined;
  work: Promise<unknown> | undefined;
}

async function inBrowser<T>({ browser }: RunningBrowser, operation: Operation, use: Use<T>): Promise<Ending<T>> {
  const { options, stop, timer } = operation;
  const { signal } = stop;
  try {
    const opening = openPage(browser, options, (error) => stop.abort(error));
    const { page, context } = await timer.time('start', () => untilAborted(signal, opening));
    operation.open = await opening;
    const work = use({ page, signal });
    operation.work = work;
    const result = await timer.time('use', () => untilAborted(signal, work));
    return { ok: true, result, storageState: await untilAborted(signal, context.storageState()) };
  } catch (error) {
    return { ok: false, error, ...(await evidenceOf(operation)) };
  }
}

// An operation that its caller ended has not failed: nobody would look at the evidence, and somebody waits.
async function evidenceOf({ options, open, timer }: Operation): Promise<{ evidence?: Evidence }> {
  const { evidenceDir, signal } = options;
  if (!open || !evidenceDir || signal?.aborted) return {};
  return { evidence: await timer.time('evidence', () => collectEvidence(open, { ...options, evidenceDir })) };
}
