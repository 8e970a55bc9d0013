import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { StorageState } from './browser-run.ts';
import { maskOf } from './mask.ts';
import { scrubTrace } from './scrub-trace.ts';

const state = (value: string): StorageState => ({
  cookies: [{ name: 'a', value, domain: 'x', path: '/', expires: -1, httpOnly: true, secure: true, sameSite: 'Lax' }],
  origins: [{ origin: 'https://x', localStorage: [{ name: 'lang', value: 'en' }] }],
});

test('masks a secret in every form in which it may stand in a file', () => {
  const mask = maskOf([state('abc/def=12')], ['p&ss "word"']);
  expect(mask('abc/def=12 abc%2Fdef%3D12')).toBe('[masked] [masked]');
  expect(mask(JSON.stringify({ value: 'p&ss "word"' }))).toBe('{"value":"[masked]"}');
  expect(mask('<p>p&amp;ss &quot;word&quot;</p>')).toBe('<p>[masked]</p>');
});

test('leaves short values of a session alone, but no secret that is named', () => {
  expect(maskOf([state('abcdefgh')], ['pin4'])('en pin4')).toBe('en [masked]');
});

test('masks the longer secret first', () => {
  expect(maskOf([], ['secret', 'secret-two'])('secret-two')).toBe('[masked]');
});

test('a trace keeps what happened, and not what was sent or typed', () => {
  const lines = (...values: object[]) => strToU8(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  const zip = zipSync({
    'trace.trace': lines(
      { type: 'before', method: 'fill', params: { selector: 'internal:label="Title"', value: 'typed' } },
      { type: 'log', message: '  fill("typed")' },
    ),
    'trace.network': lines({ snapshot: { request: { url: 'https://x/?token=1', headers: ['hidden'] } } }),
    'resources/body': strToU8('hidden'),
    'screencast/page.jpeg': strToU8('a picture'),
  });
  const kept = unzipSync(scrubTrace(zip, maskOf([])));
  expect(Object.keys(kept).sort()).toEqual(['screencast/page.jpeg', 'trace.network', 'trace.trace']);
  const text = strFromU8(kept['trace.trace'] as Uint8Array) + strFromU8(kept['trace.network'] as Uint8Array);
  expect(text).not.toMatch(/typed|hidden|token/);
  expect(text).toContain('fill([masked])');
});
