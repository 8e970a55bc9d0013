import { expect, it } from 'vitest';
import { DgiError } from './dgi-error.ts';
import { explainNetworkError } from './explain-network-error.ts';

const withCode = (code: string, cause?: Error): Error => Object.assign(new Error('x', { cause }), { code });

it.each([
  [withCode('ENOTFOUND'), false, 'its host name is not known: check the base URL'],
  [new TypeError('fetch failed', { cause: withCode('CERT_HAS_EXPIRED') }), false, 'its certificate has expired'],
  [
    new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
    true,
    'could not be reached: ECONNREFUSED',
  ],
  [withCode('UND_ERR_SOCKET', withCode('ECONNRESET')), true, 'could not be reached: ECONNRESET'],
  [withCode('UND_ERR_HEADERS_TIMEOUT'), true, 'did not answer within 30 s; if that repeats, check the API key too'],
  [new DOMException('late', 'TimeoutError'), true, 'did not answer within 30 s'],
  ['a text', true, 'could not be reached: unknown reason'],
])('explains %s', (error, retryable, message) => {
  expect(explainNetworkError(error, 30_000)).toMatchObject({
    code: 'DGI_NETWORK',
    retryable,
    message: expect.stringContaining(message),
  });
});

it('leaves what is explained already', () => {
  const error = new DgiError('DGI_PROTOCOL', 'x');
  expect(explainNetworkError(error, 1)).toBe(error);
});
