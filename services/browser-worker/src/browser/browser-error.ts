/**
 * How the browser itself fails. `launch_failed`: it does not start. `crashed`: its page or process died.
 * `deadline`: the operation took too long and was ended. All can succeed on another attempt.
 */
export type BrowserErrorCode = 'launch_failed' | 'crashed' | 'deadline';

/** The browser failed, not the site. `cause`: what the operation said when it was ended, if anything. */
export class BrowserError extends Error {
  readonly code: BrowserErrorCode;

  constructor(code: BrowserErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrowserError';
    this.code = code;
  }
}
