/** Every way in which starting a local server can fail. */
export type StackErrorCode = 'TOOLS_MISSING' | 'PORT_TAKEN' | 'NO_FREE_PORT' | 'DID_NOT_START';

/** Thrown when a local server cannot be started; the message says what to do about it. */
export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StackError';
    this.code = code;
  }
}
