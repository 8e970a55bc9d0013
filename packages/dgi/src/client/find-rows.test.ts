import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRows } from './find-rows.ts';

const rowsOf = (text: string): unknown[] => {
  const { rows } = findRows(Buffer.from(text));
  return Array.from({ length: rows.length }, (_, index) => rows.at(index));
};
const protocolError = expect.objectContaining({ code: 'DGI_PROTOCOL' });

describe('findRows', () => {
  it('finds the rows that a JSON parser finds, and the rest of the body', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', ']', ',', ' ', 'é', '\n', '\u2028') });
    const row = fc.dictionary(text, fc.jsonValue());
    fc.assert(
      fc.property(
        fc.array(fc.oneof(row, fc.jsonValue())),
        fc.jsonValue(),
        fc.constantFrom(0, 2),
        (data, message, indent) => {
          const body = { status: 1, message, data, after: message };
          const written = JSON.stringify(body, null, indent);
          expect(rowsOf(written)).toEqual(JSON.parse(written).data);
          expect(findRows(Buffer.from(written)).body).toEqual({ ...JSON.parse(written), data: [] });
        },
      ),
    );
  });

  it('refuses every answer that is cut short', () => {
    const whole = JSON.stringify({ status: 1, message: { a: '}"' }, data: [{ a: [1, { b: ']' }] }, { c: '\\' }] });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => rowsOf(whole.slice(0, length)), whole.slice(0, length)).toThrow(protocolError);
    }
  });

  it.each([
    '',
    '[]',
    '<html></html>',
    '{"data":[{}{}]}',
    '{"data":[,]}',
    '{"data":[{},]',
    '{"data" [1]}',
    '{"data":[]} {}',
  ])('refuses %s', (text) => {
    expect(() => rowsOf(text)).toThrow(protocolError);
  });

  it('refuses a row that is not valid JSON when it is reached, without quoting it', () => {
    const { rows } = findRows(Buffer.from('{"status":1,"data":[{"a":1},{"nama":Budi}]}'));
    expect(rows.at(0)).toEqual({ a: 1 });
    expect(() => rows.at(1)).toThrow(protocolError);
    expect(() => rows.at(1)).not.toThrow(/Budi/);
  });

  it('takes a byte order mark, and data that is no list', () => {
    expect(rowsOf('\uFEFF{"data":[1]}')).toEqual([1]);
    expect(findRows(Buffer.from('{"data":null,"status":1}'))).toMatchObject({
      body: { data: null, status: 1 },
      rows: { length: 0 },
    });
  });
});
