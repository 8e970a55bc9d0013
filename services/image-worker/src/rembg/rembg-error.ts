/**
 * What a request to one rembg server came to, when it did not come to a mask.
 * - `down`: not reachable, too slow, or not a rembg server: another one may do it.
 * - `failed`: it answered 500, which rembg also does for its own faults with a photo.
 * - `rejected`: it found the request not valid; every other server would too.
 */
export type RembgFault = 'down' | 'failed' | 'rejected';

/** See {@link RembgFault}. `status` is 0 when there was no answer. */
export class RembgError extends Error {
  readonly fault: RembgFault;
  readonly status: number;

  constructor(fault: RembgFault, message: string, status = 0, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RembgError';
    this.fault = fault;
    this.status = status;
  }
}
