import { expect, test } from 'vitest';
import { fits, priceIn, type SellingRow } from './selling-rows.ts';

test.for([
  ['Oak table\n$250\nListed on Nov 24, 2026', 250],
  ['Oak table 3\n1.234 €\nPublicado el 24 nov 2026', 1234],
  ['Table\nUS$1,234.50\nActive', 1234],
  ['Table\nMX$12,000', 12_000],
  ['Table 250\nFree\nListed on 11/24', undefined],
  ['£ 5', 5],
] as const)('reads the amount of %j', ([text, price]) => {
  expect(priceIn(text)).toBe(price);
});

const since = new Date('2026-11-24T12:00:00Z');
const row: SellingRow = { listingId: '7', title: 'Oak  Table', price: 250, listedAt: since, text: '' };
const search = { title: 'oak table', price: 250, since };

test.for([
  ['the same', {}, {}, true],
  ['a row without a date', { listedAt: undefined }, {}, true],
  ['clocks that differ by seconds', { listedAt: new Date('2026-11-24T11:59:57Z') }, {}, true],
  ['an older one', { listedAt: new Date('2026-11-24T11:59:00Z') }, {}, false],
  ['another price', { price: 25 }, {}, false],
  ['what is free, without an amount', { price: undefined }, { price: 0 }, true],
  ['another title', { title: 'Oak tables' }, {}, false],
  ['one that is excluded', {}, { exclude: new Set(['7']) }, false],
] as const)('a search and %s', ([, rowMore, searchMore, expected]) => {
  expect(fits({ ...row, ...rowMore }, { ...search, ...searchMore })).toBe(expected);
});
