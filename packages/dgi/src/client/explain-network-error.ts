import { errorChain } from '@lanekeeper/service-kit/error-chain';
import { DgiError } from './dgi-error.ts';

/** Errors that stay until a person changes something, and what that is. */
const LASTING: Record<string, string> = {
  ENOTFOUND: 'its host name is not known: check the base URL',
  ERR_INVALID_URL: 'the base URL is not a URL',
  UND_ERR_INVALID_ARG: 'the base URL or a header value is not valid: check base URL and API key',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: check the clocks',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** The failure for a deadline. Some servers never answer an unknown API key, hence the hint. */
export function tooSlow(deadlineMs: number, cause?: unknown): DgiError {
  const seconds = Math.round(deadlineMs / 1_000);
  const message = `The dealer's server did not answer within ${seconds} s; if that repeats, check the API key too`;
  return new DgiError('DGI_NETWORK', message, { cause });
}

/** Turns what a request threw into a DgiError `DGI_NETWORK`; a DgiError passes. */
export function explainNetworkError(error: unknown, deadlineMs: number): DgiError {
  if (error instanceof DgiError) return error;
  const codes = [...errorChain(error)].map(codeOf);
  if (codes.some((code) => TIMEOUTS.has(code) || code === 'TimeoutError')) return tooSlow(deadlineMs, error);
  const lasting = codes.map((code) => LASTING[code]).find((why) => why !== undefined);
  const message = `The dealer's server could not be reached: ${lasting ?? codes.at(-1) ?? 'unknown reason'}`;
  return new DgiError('DGI_NETWORK', message, { cause: error, retryable: lasting === undefined });
}

/** The code, or the name of errors of the platform, whose codes are old numbers. */
function codeOf(error: Error & { code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.name;
}
