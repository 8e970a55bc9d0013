import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBox, SecretError } from './secret-box.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [key('a'), key('b')];
const code = (expected: string) => expect.objectContaining({ name: 'SecretError', code: expected });

describe('the secret box', () => {
  const box = new SecretBox(first);

  it('gives back any text, sealed differently each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = box.seal('owner', text);
        expect(box.open('owner', sealed)).toBe(text);
        expect(box.seal('owner', text)).not.toBe(sealed);
      }),
    );
  });

  it('opens for its owner only', () => {
    expect(() => box.open('account:2', box.seal('account:1', 'secret'))).toThrow(code('DAMAGED'));
  });

  it('refuses a secret that was changed or cut short', () => {
    const sealed = box.seal('owner', 'secret');
    const at = sealed.length - 6;
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    expect(() => box.open('owner', changed)).toThrow(code('DAMAGED'));
    expect(() => box.open('owner', sealed.slice(0, 12))).toThrow(code('DAMAGED'));
  });

  it('opens what an older key sealed, and seals anew under the current one', () => {
    const sealed = box.seal('owner', 'secret');
    const rotated = new SecretBox(`${second},${first}`);
    expect(rotated.open('owner', sealed)).toBe('secret');
    const anew = rotated.reseal('owner', sealed) ?? '';
    expect(new SecretBox(second).open('owner', anew)).toBe('secret');
    expect(rotated.reseal('owner', anew)).toBeUndefined();
  });

  it('names the key that is missing, and never shows a secret', () => {
    const sealed = box.seal('owner', 'secret');
    expect(() => new SecretBox(second).open('owner', sealed)).toThrow(
      new SecretError('UNKNOWN_KEY', 'no key "a" in SECRETS_KEY'),
    );
  });

  it.each(['', 'a', 'a:c2hvcnQ=', `:${randomBytes(32).toString('base64')}`])('refuses the keys "%s"', (keys) => {
    expect(() => new SecretBox(keys)).toThrow(RangeError);
  });
});

describe('sealing bytes', () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128]);
  const keyOf = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;

  it('opens what it sealed, under the same owner only', () => {
    const box = new SecretBox(keyOf('k1', 1));
    const sealed = box.sealBytes('raw:1', bytes);
    expect(box.openBytes('raw:1', sealed)).toEqual(bytes);
    expect(sealed.includes(bytes)).toBe(false);
    expect(() => box.openBytes('raw:2', sealed)).toThrow(SecretError);
    expect(() => box.openBytes('raw:1', sealed.subarray(0, 10))).toThrow(SecretError);
    expect(() => box.openBytes('raw:1', Buffer.alloc(0))).toThrow(SecretError);
  });

  it('opens what an earlier key sealed', () => {
    const sealed = new SecretBox(keyOf('old', 1)).sealBytes('raw', bytes);
    expect(new SecretBox(`${keyOf('new', 2)},${keyOf('old', 1)}`).openBytes('raw', sealed)).toEqual(bytes);
    expect(() => new SecretBox(keyOf('new', 2)).openBytes('raw', sealed)).toThrow('no key "old"');
  });
});
