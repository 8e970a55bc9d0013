import { expect, test } from 'vitest';
import { scopeHeaders, TENANTS_HEADER } from './caller.ts';

test.each([[['acme']], [['Müller', '漢字-7', '🚗', 'a"b\\c', 'tab\t', '\u007f']], [[]]])(
  'the tenants %j travel in a header of ASCII alone and arrive as they are',
  (tenants) => {
    const header = new Headers(scopeHeaders({ tenants })).get(TENANTS_HEADER) ?? '';
    expect(header).toMatch(/^[ -~]*$/);
    expect(JSON.parse(header)).toEqual(tenants);
  },
);

test('a caller who sees all is not limited', () => {
  expect(scopeHeaders({ tenants: 'all' })).toEqual({});
});
