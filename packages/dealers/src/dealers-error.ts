/** `DEALER_TAKEN`: another dealer has this code. `DEALER_UNKNOWN`: there is no such dealer. */
export type DealersErrorCode = 'DEALER_TAKEN' | 'DEALER_UNKNOWN';

/** A dealer cannot be stored as it is. */
export class DealersError extends Error {
  readonly code: DealersErrorCode;

  constructor(code: DealersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DealersError';
    this.code = code;
  }
}
