import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLane, encodeLane, MAX_LANE_BYTES, names, parseSubject } from '../src/mod.ts';

const lane = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((key) => Buffer.byteLength(key) <= MAX_LANE_BYTES && key.isWellFormed());

describe('lane keys', () => {
  it('survive encoding and decoding, whatever they hold', () => {
    fc.assert(
      fc.property(lane, (key) => {
        expect(decodeLane(encodeLane(key))).toBe(key);
      }),
    );
  });

  it('become one subject token without wildcards, dots or spaces', () => {
    fc.assert(
      fc.property(lane, (key) => {
        expect(encodeLane(key)).toMatch(/^[A-Za-z0-9_=-]+$/);
      }),
    );
  });

  it('never share a token', () => {
    fc.assert(
      fc.property(lane, lane, (a, b) => {
        expect(encodeLane(a) === encodeLane(b)).toBe(a === b);
      }),
    );
  });

  it.each([
    ['ana.b@example.com', 'ana=2Eb=40example=2Ecom'],
    ['vendor 1', 'vendor=201'],
    ['a=b', 'a=3Db'],
    ['*.>', '=2A=2E=3E'],
    ['ß', '=C3=9F'],
  ])('encode %j as %j', (key, token) => expect(encodeLane(key)).toBe(token));

  it.each([
    ['an empty key', ''],
    ['a key over 255 bytes', 'x'.repeat(256)],
    ['a lone surrogate', '\ud800'],
  ])('refuse %s', (_, key) => expect(() => encodeLane(key)).toThrow(RangeError));

  it.each(['', 'a b', '=4', '=41', '=c3=9f', '=FF', 'a.b', 'x'.repeat(256)])(
    'decode no token %j that encoding never makes',
    (token) => expect(decodeLane(token)).toBeUndefined(),
  );
});

describe('subjects', () => {
  it('are read back into what they were made from, in any namespace', () => {
    fc.assert(
      fc.property(lane, fc.constantFrom('', 'test_', 'A-1'), (key, prefix) => {
        const all = names(prefix);
        expect(parseSubject(all.command('fetch', key))).toEqual({ workload: 'fetch', lane: key });
        expect(parseSubject(all.turn('fetch', key, 2))).toEqual({ workload: 'fetch', lane: key, tail: '2' });
        expect(parseSubject(all.event('fetch', key, 'j-1'))).toEqual({ workload: 'fetch', lane: key, tail: 'j-1' });
      }),
    );
  });

  it('refuse a workload, job id or prefix that would change the subject', () => {
    expect(() => names('a.b')).toThrow(RangeError);
    expect(() => names().commandsOf('a.>')).toThrow(RangeError);
    expect(() => names().event('fetch', 'a', 'x.y')).toThrow(RangeError);
  });

  it('of other shapes are read as none', () => {
    expect(parseSubject('cmd.fetch')).toBeUndefined();
    expect(parseSubject('evt.fetch.a.b.c')).toBeUndefined();
    expect(parseSubject('cmd.fetch.=ZZ')).toBeUndefined();
  });
});
