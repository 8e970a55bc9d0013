import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import type { DgiError } from './dgi-error.ts';
import { readAnswer } from './read-answer.ts';

function failureOf(httpStatus: number, text: string): DgiError {
  try {
    readAnswer(httpStatus, Buffer.from(text), []);
  } catch (error) {
    return error as DgiError;
  }
  throw new Error('no failure');
}

it('keeps the answer that it could not read, out of the sight of loggers', () => {
  const failure = failureOf(200, '<html>Budi</html>');
  expect(failure).toMatchObject({ code: 'DGI_PROTOCOL' });
  expect(failure.rawBody?.toString()).toBe('<html>Budi</html>');
  expect(`${inspect(failure)}${JSON.stringify(failure)}${Object.keys(failure)}`).not.toMatch(/Budi|rawBody/);
});

it.each([
  [302, '', 'DGI_PROTOCOL', 'redirects (HTTP 302): check the base URL'],
  [502, '<html>Bad gateway</html>', 'DGI_SERVER', 'failed (HTTP 502), without saying why'],
  [404, 'Not Found', 'DGI_PROTOCOL', 'check the base URL'],
  [403, '{"http_status_code":403,"message":"Forbidden"}', 'DGI_CREDENTIAL', '(HTTP 403), with: Forbidden'],
])('takes HTTP %i %s as %s', (httpStatus, text, code, message) => {
  expect(failureOf(httpStatus, text)).toMatchObject({ code, message: expect.stringContaining(message) });
});

it('takes an object in place of the list as one row', () => {
  const rows = readAnswer(200, Buffer.from('{"status":1,"data":{"idSpk":"1"}}'), []);
  expect([rows.length, rows.at(0)]).toEqual([1, { idSpk: '1' }]);
});
