import { createHash } from 'node:crypto';

/** What the server checks a request by. */
export type SignedHeaders = {
  readonly 'x-request-time': string;
  readonly 'dgi-api-key': string;
  readonly 'dgi-api-token': string;
};

/**
 * The headers of one attempt. They are good for about ten seconds: sign again for every attempt.
 * @param unixSeconds the present, by the server's clock where that is known.
 * @param separator between key, secret and time; empty but for some main dealers.
 */
export function sign(
  { apiKey, secretKey }: { readonly apiKey: string; readonly secretKey: string },
  unixSeconds: number,
  separator = '',
): SignedHeaders {
  const time = String(Math.floor(unixSeconds));
  const token = createHash('sha256').update([apiKey, secretKey, time].join(separator), 'utf8').digest('hex');
  return { 'x-request-time': time, 'dgi-api-key': apiKey, 'dgi-api-token': token };
}
