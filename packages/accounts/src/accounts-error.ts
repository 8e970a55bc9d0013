/** `EMAIL_TAKEN`, `ID_TAKEN`: another account has it. */
export type AccountsErrorCode = 'EMAIL_TAKEN' | 'ID_TAKEN';

/** An account cannot be stored as it is. */
export class AccountsError extends Error {
  readonly code: AccountsErrorCode;

  constructor(code: AccountsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AccountsError';
    this.code = code;
  }
}
