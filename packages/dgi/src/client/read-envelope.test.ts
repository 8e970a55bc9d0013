import { describe, expect, it } from 'vitest';
import type { DgiError } from './dgi-error.ts';
import { type KnownText, knownTexts } from './known-texts.ts';
import { type Envelope, readEnvelope, textsOf } from './read-envelope.ts';

function failureOf(envelope: Envelope, secrets: readonly string[] = []): DgiError {
  try {
    readEnvelope(envelope, secrets);
  } catch (error) {
    return error as DgiError;
  }
  throw new Error('no failure');
}

const sentence = ({ text, match }: KnownText): string => (match === 'equals' ? text : `${text} , Max. 30 hari`);
const forms: Record<string, (text: string) => unknown> = {
  'a text': (text) => text,
  'an object of texts': (text) => ({ message1: text, message2: null }),
  'JSON inside a text': (text) => JSON.stringify({ message: text }),
  'a text in other case, with spaces': (text) => `  ${text.toUpperCase().replace(' ', '  ')} `,
};

describe.each(Object.entries(forms))('the message as %s', (_, form) => {
  it.each(knownTexts)('$text means $means', (known) => {
    for (const status of [0, '0']) {
      const envelope = { httpStatus: 200, body: { status, message: form(sentence(known)), data: null } };
      if (known.means === 'EMPTY') expect(readEnvelope(envelope)).toEqual({ kind: 'empty' });
      else expect(failureOf(envelope).code).toBe(known.means);
    }
  });
});

describe('readEnvelope', () => {
  it.each([
    [{ status: 1, message: null, data: [] }, 'rows'],
    [{ status: '1', message: { confirmation: 'ok' }, data: [] }, 'rows'],
    [{ Status: 1, Message: '', Data: [] }, 'rows'],
    [{ status: 1, message: null, data: null }, 'empty'],
    [{ status: 1, message: null, data: {} }, 'empty'],
    [{ status: 1, message: null, data: { idSpk: 'SPK/1' } }, 'row'],
  ])('takes %j as %s', (body, kind) => {
    expect(readEnvelope({ httpStatus: 200, body }).kind).toBe(kind);
  });

  it.each([
    [200, { status: 0, message: 'Sesuatu yang lain', data: null }, 'DGI_FILTER', false],
    [200, { status: 1, message: null, data: 'rows' }, 'DGI_PROTOCOL', false],
    [200, { hello: 'world' }, 'DGI_PROTOCOL', false],
    [200, { status: 400, title: 'One or more validation errors occurred.', errors: {} }, 'DGI_FILTER', false],
    [200, { http_status_code: 403, message: 'Forbidden' }, 'DGI_CREDENTIAL', false],
    [403, { http_status_code: 403, message: 'Forbidden' }, 'DGI_CREDENTIAL', false],
    [200, { error: 'invalid_client', error_description: 'Bad client credentials' }, 'DGI_CREDENTIAL', false],
    [400, { status: 0, message: 'Token Tidak Valid !!', data: null }, 'DGI_CREDENTIAL', false],
    [401, {}, 'DGI_CREDENTIAL', false],
    [404, {}, 'DGI_PROTOCOL', false],
    [429, {}, 'DGI_QUOTA', true],
    [500, { status: 0, message: 'x', data: null }, 'DGI_SERVER', true],
    [502, {}, 'DGI_SERVER', true],
    [503, { status: 1, message: null, data: [] }, 'DGI_SERVER', true],
  ])('takes HTTP %i with %j as %s', (httpStatus, body, code, retryable) => {
    expect(failureOf({ httpStatus, body })).toMatchObject({ code, retryable, httpStatus });
  });

  it('quotes the text of the server, and neither secrets nor numbers of people', () => {
    const message = 'Gagal untuk kunci rahasia-1 milik 3201234567890001 budi@example.com';
    const error = failureOf({ httpStatus: 200, body: { status: 0, message, data: null } }, ['rahasia-1']);
    expect(error.message).toBe("The dealer's server refused the request, with: Gagal untuk kunci *** milik *** ***");
  });
});

it('finds the texts of a message of any form', () => {
  expect(textsOf('["a", {"b": " b "}]')).toEqual(['a', 'b']);
  expect(textsOf('{not json')).toEqual(['{not json']);
  expect(textsOf(null)).toEqual([]);
  expect(textsOf(7)).toEqual(['7']);
});
