import { type Dispatcher, request } from 'undici';
import { explainNetworkError } from './explain-network-error.ts';
import { readBody } from './read-body.ts';
import type { SignedHeaders } from './sign.ts';

/** One HTTP answer, whole. */
export type RawAnswer = {
  readonly httpStatus: number;
  readonly bytes: Buffer;
  /** The `Date` header. */
  readonly date: string | undefined;
};

/** What a request is bounded by. */
export type SendLimits = { readonly dispatcher: Dispatcher; readonly maxBytes: number; readonly deadlineMs: number };

/**
 * Sends one request and reads its whole answer.
 * @throws DgiError `DGI_NETWORK` or `DGI_PROTOCOL` (too large); the signal's reason when aborted.
 */
export async function sendRequest(
  url: string,
  { headers, body, signal }: { headers: SignedHeaders; body: string; signal: AbortSignal },
  { dispatcher, maxBytes, deadlineMs }: SendLimits,
): Promise<RawAnswer> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher,
      body,
      signal: AbortSignal.any([signal, deadline]),
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...headers,
      },
    });
    const bytes = await readBody(answer.body, text(answer.headers['content-length']), maxBytes);
    return { httpStatus: answer.statusCode, bytes, date: text(answer.headers.date) };
  } catch (error) {
    signal.throwIfAborted();
    throw explainNetworkError(error, deadlineMs);
  }
}

const text = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
