import type { AccountState, JobErrorCode } from '@lanekeeper/contracts';
import { isLanesError, JobFailure, JobHandedBack, JobUncertain } from '@lanekeeper/lanes';
import { retry } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { BrowserError } from '../browser/browser-error.ts';
import { SiteError, type SiteErrorCode } from '../drivers/site-error.ts';
import { type Operation, stored } from './operation.ts';

/** What each of the site's errors is to the job. */
const jobErrorOf = {
  login_required: 'LOGIN_REQUIRED',
  verification_required: 'VERIFICATION_REQUIRED',
  rate_limited: 'ACCOUNT_LIMITED',
  validation: 'LISTING_REFUSED',
  site_unreachable: 'SITE_UNREACHABLE',
  site_error: 'SITE_ERROR',
  layout_changed: 'SITE_CHANGED',
  publish_unknown: 'PUBLISH_UNKNOWN',
} as const satisfies Record<SiteErrorCode, JobErrorCode>;

/** States in which nothing more is to be tried for the account until a person has done something, or said so. */
const waitsFor: Readonly<Partial<Record<AccountState, { code: JobErrorCode; what: string }>>> = {
  login_required: { code: 'LOGIN_REQUIRED', what: 'Log in again, then resume the lane.' },
  verification_required: {
    code: 'VERIFICATION_REQUIRED',
    what: 'Pass the check on the site, log in again, then resume the lane.',
  },
  rate_limited: { code: 'ACCOUNT_LIMITED', what: 'Wait as long as the site asks, then resume the lane.' },
};

/**
 * What an attempt's error means for its job: the error to throw. What only a person can mend pauses the lane and hands the
 * job back, so that it is the first to go on. After the click on Publish the next attempt looks; after the last one
 * a person does.
 */
export async function explainFailure(operation: Operation, error: unknown): Promise<unknown> {
  const { context } = operation;
  const timedOut = isLanesError(context.signal.reason, 'TIMED_OUT');
  // Whoever ended the attempt says what becomes of the job; an intent stays known.
  if (context.signal.aborted && !timedOut) return error;
  if (error instanceof JobFailure) return error;
  const site = error instanceof SiteError ? error : undefined;
  if (site && site.accountState !== 'ok') {
    await noteState(operation, site);
    if (waitsFor[site.accountState]) return await waitForPerson(operation, site, site.accountState);
  }
  if (operation.clicked && (!site || site.code === 'publish_unknown')) return unknown(operation, error, timedOut);
  if (timedOut) return error;
  return failureOf(operation, error);
}

function noteState({ parts, account, context }: Operation, { accountState, message }: SiteError): Promise<void> {
  return stored(context.signal, () => parts.accounts.setState(account.id, accountState, message));
}

async function waitForPerson(
  operation: Operation,
  { message }: SiteError,
  state: AccountState,
): Promise<JobHandedBack> {
  const { parts, job, context } = operation;
  const { code, what } = waitsFor[state] as { code: JobErrorCode; what: string };
  const reason = `${state}: ${message} ${what}${seeEvidence(operation)}`;
  await retry(() => parts.lanes.pause({ workload: job.workload, lane: job.lane }, reason.slice(0, 500)), {
    canPass: (error) => isLanesError(error, 'UNAVAILABLE'),
    backoff: { firstMs: 100, maxMs: 2_000 },
    signal: context.signal,
  });
  return new JobHandedBack({ code, message: reason });
}

function unknown(operation: Operation, cause: unknown, timedOut: boolean): unknown {
  const message =
    cause instanceof SiteError ? cause.message : 'Publish was clicked, and the browser ended before the site answered.';
  const isLast = operation.context.attempt >= operation.parts.attempts;
  if (!isLast) return timedOut ? cause : jobFailure('PUBLISH_UNKNOWN', message + seeEvidence(operation), cause);
  const what = ' Look on the site, then resolve the job.';
  return new JobUncertain({ code: 'PUBLISH_UNKNOWN', message: message + what + seeEvidence(operation) }, { cause });
}

function failureOf(operation: Operation, error: unknown): unknown {
  if (error instanceof SiteError)
    return jobFailure(jobErrorOf[error.code], error.message + seeEvidence(operation), error);
  if (error instanceof BrowserError) return jobFailure('BROWSER_FAILED', error.message + seeEvidence(operation), error);
  return error;
}

const seeEvidence = ({ evidence }: Operation): string => (evidence === undefined ? '' : ` Evidence: ${evidence}`);

/** Playwright's errors end with a log of its calls, which has what was typed, passwords included: it must not be logged. */
export function withoutCallLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [message = ''] = error.message.split(/\n?Call log:/);
  if (message === error.message) return error;
  const stripped = new Error(message);
  stripped.name = error.name;
  stripped.stack = (error.stack ?? '').replace(error.message, message);
  return stripped;
}
