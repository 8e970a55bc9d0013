import type { FetchData, FetchResult } from '@lanekeeper/contracts';
import type { DealerAccess } from '@lanekeeper/dealers';
import { DgiError, type DgiWindow, moduleOf } from '@lanekeeper/dgi';
import type { Handler, HandlerContext, JobInput } from '@lanekeeper/lanes';
import { isTransientDatabaseError, retry } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { type DoneWindow, doneWindows, openRun } from '../store/runs.ts';
import { DATABASE_BACKOFF } from '../store/store-window.ts';
import { AttemptLog } from './attempt-log.ts';
import type { FetchParts } from './fetch-parts.ts';
import { type FetchJob, fetchWindow } from './fetch-window.ts';
import { filtersOf, planRange } from './plan-range.ts';
import { toFailure } from './to-failure.ts';

/**
 * The handler of `fetch`: asks the dealer's server for each window of the range and stores it, one transaction a window. What
 * an earlier attempt has stored is not asked for again, and counts.
 */
export function createFetch(parts: FetchParts): Handler<FetchData, FetchResult> {
  return async (job, context) => {
    const log = new AttemptLog(parts.db, job, context);
    try {
      const result = await fetchAll(parts, job, context, log);
      await log.completed();
      return result;
    } catch (error) {
      const failure = toFailure(error);
      await log.failed(failure);
      throw failure;
    }
  };
}

async function fetchAll(
  parts: FetchParts,
  job: JobInput<FetchData>,
  context: HandlerContext,
  log: AttemptLog,
): Promise<FetchResult> {
  const { data, jobId } = job;
  const { dealerId, fetchType, validateOnly = false } = data;
  const access = await openAccess(parts, dealerId, context.signal);
  const module = knownModule(fetchType);
  const filters = filtersOf(data, module);
  const plan = () => planRange(data, access.endpoint.timeZone, new Date());
  const run = validateOnly
    ? undefined
    : await stored(context.signal, () => openRun(parts.db, { jobId, dealerId, fetchType }, plan));
  const windows = run?.windows ?? plan();
  const earlier = run === undefined ? [] : await stored(context.signal, () => doneWindows(parts.db, jobId));
  log.begin(windows, earlier);
  const fetchJob: FetchJob = { parts, context, access, jobId, dealerId, module, filters, run };
  await fetchWindows(fetchJob, windows, log);
  const { fromTime, toTime, counts } = log;
  const { inserted, updated, unchanged, rejected } = counts;
  const found = { inserted, updated, unchanged, rejected, windows: windows.length };
  return { success: true, dealerId, fetchType, fromTime, toTime, ...found, ...(validateOnly ? { validateOnly } : {}) };
}

async function fetchWindows(job: FetchJob, windows: readonly DgiWindow[], log: AttemptLog): Promise<void> {
  for (const [position, window] of windows.entries()) {
    if (log.has(position)) continue;
    job.context.signal.throwIfAborted();
    const done = await fetchWindow(job, window, position);
    log.add(done);
    // The result makes it 100.
    job.context.progress(Math.floor((95 * log.size) / windows.length), noteOf(done, windows.length));
  }
}

function noteOf({ position, inserted, updated, unchanged, rejected }: DoneWindow, of: number): string {
  const counts = `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${rejected} rejected`;
  return `window ${position + 1} of ${of}: ${counts}`;
}

async function openAccess(parts: FetchParts, dealerId: string, signal: AbortSignal): Promise<DealerAccess> {
  const access = await stored(signal, () => parts.dealers.access(dealerId, parts.box));
  if (access === undefined) throw jobFailure('DEALER_UNKNOWN', `There is no dealer ${dealerId}`);
  if (!access.dealer.active) throw jobFailure('DEALER_UNKNOWN', `Dealer ${dealerId} is not active`);
  parts.pace(access);
  return access;
}

function knownModule(fetchType: string) {
  try {
    return moduleOf(fetchType);
  } catch (cause) {
    throw new DgiError('DGI_FILTER', (cause as RangeError).message, { cause });
  }
}

/** Does something with the database; waits for one that is away until the signal aborts. */
function stored<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  return retry(act, { canPass: isTransientDatabaseError, backoff: DATABASE_BACKOFF, signal });
}
