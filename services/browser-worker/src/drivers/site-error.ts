/**
 * What an account is like after an operation. `login_required` and `verification_required` need a person;
 * `rate_limited` needs time; `site_error` is the site's own trouble.
 */
export type AccountState = 'ok' | 'login_required' | 'verification_required' | 'rate_limited' | 'site_error';

/**
 * Every way in which a site keeps an operation from succeeding. `retryable`: another attempt, by itself, can succeed.
 * `accountState`: what the account is put into. `meaning`: for people.
 */
export const siteErrors = {
  login_required: {
    accountState: 'login_required',
    retryable: false,
    meaning: 'The site asks for a login, and the session or the credentials do not serve',
  },
  verification_required: {
    accountState: 'verification_required',
    retryable: false,
    meaning: 'The site wants the person to prove something (checkpoint, captcha, code)',
  },
  rate_limited: {
    accountState: 'rate_limited',
    retryable: false,
    meaning: 'The site says that the account has reached a limit',
  },
  validation: {
    accountState: 'ok',
    retryable: false,
    meaning: "The form refuses the listing; the message has the form's own text. Nothing was published",
  },
  site_unreachable: {
    accountState: 'site_error',
    retryable: true,
    meaning: 'The site could not be reached or did not answer in time',
  },
  site_error: {
    accountState: 'site_error',
    retryable: true,
    meaning: 'The site answered with an error of its own (5xx)',
  },
  layout_changed: {
    accountState: 'site_error',
    retryable: true,
    meaning: 'A page lacks a control that belongs there: it loads badly, or the site has changed',
  },
  publish_unknown: {
    accountState: 'ok',
    retryable: false,
    meaning: 'Publish was clicked and what came of it was not learnt; look on the selling page, never click again',
  },
} as const satisfies Record<string, { accountState: AccountState; retryable: boolean; meaning: string }>;
/** A code of {@link siteErrors}. */
export type SiteErrorCode = keyof typeof siteErrors;

/**
 * A site kept the operation from succeeding. Thrown by drivers. The message is a readable sentence without secrets.
 *
 * Any code but `publish_unknown` says that this operation published nothing. After `hooks.beforePublish` has
 * resolved, errors that are no SiteError (a crash, a deadline, an abort) are as uncertain as `publish_unknown`.
 */
export class SiteError extends Error {
  readonly code: SiteErrorCode;

  constructor(code: SiteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SiteError';
    this.code = code;
  }

  /** Whether another attempt, by itself, can succeed. */
  get retryable(): boolean {
    return siteErrors[this.code].retryable;
  }

  /** The state to put the account into. Of `publish_unknown`: that of its cause, as when a checkpoint came instead. */
  get accountState(): AccountState {
    if (this.code === 'publish_unknown' && this.cause instanceof SiteError) return this.cause.accountState;
    return siteErrors[this.code].accountState;
  }
}

/** Whether a value is a {@link SiteError} of this code. */
export function isSiteError(error: unknown, code: SiteErrorCode): error is SiteError {
  return error instanceof SiteError && error.code === code;
}
