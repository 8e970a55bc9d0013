import { describe, expect, it } from 'vitest';
import { moduleOf } from '../modules/module-table.ts';
import { parseDate } from './parse-date.ts';
import { parseNumber } from './parse-number.ts';
import { parseValue } from './parse-value.ts';

const zone = 'Asia/Jakarta';

it.each([
  ['24/11/2026', '2026-11-24 00:00:00'],
  ['4/1/2026', '2026-01-04 00:00:00'],
  ['24/11/2026 13:05:09', '2026-11-24 13:05:09'],
  ['24-11-2026 13:05', '2026-11-24 13:05:00'],
  ['2026/11/24 13:05:09:', '2026-11-24 13:05:09'],
  ['2026-11-24T13:05:09.123', '2026-11-24 13:05:09'],
  ['2026-11-24T18:05:09Z', '2026-11-25 01:05:09'],
  ['2026-11-24T18:05:09.5+0900', '2026-11-24 16:05:09'],
  ['29/02/2024', '2024-02-29 00:00:00'],
  ['29/02/2026', undefined],
  ['31/04/2026', undefined],
  ['00/00/0000', undefined],
  ['24/13/2026', undefined],
  ['24/11/2026 25:00:00', undefined],
  ['24/11/26', undefined],
  ['besok', undefined],
])('the date %s is %s', (text, expected) => {
  const read = parseDate(text, zone);
  expect(read && `${read.date} ${read.time}`).toBe(expected);
});

it.each([
  ['20,5', 2, 20.5],
  ['0,0', 2, 0],
  ['-7,123111', 6, -7.123111],
  [20.5, 2, 20.5],
  ['150000', 0, 150_000],
  ['150000.00', 0, 150_000],
  ['1.234.567', 0, 1_234_567],
  ['1.234.567,50', 2, 1_234_567.5],
  ['1,234,567.50', 2, 1_234_567.5],
  [',5', 2, 0.5],
  ['-0', 0, 0],
  ['1.234', 0, undefined],
  ['12,500', 2, 12.5],
  ['1e5', 0, undefined],
  ['Rp 5', 0, undefined],
  [true, 0, undefined],
])('the number %s with %i decimals is %s', (value, decimals, expected) => {
  expect(parseNumber(value, decimals)).toBe(expected);
});

describe('parseValue', () => {
  const field = (name: string, fetchType = 'pkb') => {
    const module = moduleOf(fetchType);
    const found = [...module.fields, ...module.nested.flatMap(({ fields }) => fields)].find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  it.each([
    ['noPolisi', 'D 1234 AB', { value: 'D 1234 AB' }],
    ['noPolisi', '  ', { value: null }],
    ['noPolisi', null, { value: null }],
    ['noPolisi', 'D 1234 ABCDEF', { value: 'D 1234 ABCDEF', note: 'TEXT_TOO_LONG' }],
    ['noPolisi', 1234, { value: '1234' }],
    ['noPolisi', ['x'], { value: null, note: 'NOT_TEXT', keepOriginal: true }],
    ['keluhanKonsumen', 'x'.repeat(1_001), { value: null, note: 'TEXT_TOO_LONG', keepOriginal: true }],
    ['statusWorkOrder', 4, { value: '4' }],
    ['statusWorkOrder', 'Closed', { value: 'Closed', note: 'CODE_UNKNOWN' }],
    ['noSAForm', 'SAF-1', { value: 'SAF-1', note: 'TEMPLATE_MISMATCH' }],
    ['tanggalServis', '24/11/2026', { value: '2026-11-24' }],
    ['tanggalServis', '2026-11-24T00:00:00', { value: '2026-11-24' }],
    ['tanggalServis', '24/11/2026 10:00:00', { value: '2026-11-24', note: 'TIME_DROPPED', keepOriginal: true }],
    ['tanggalServis', 'kemarin', { value: null, note: 'NOT_A_DATE', keepOriginal: true }],
    ['waktuPKB', '24/11/2026', { value: '2026-11-24 00:00:00', note: 'TIME_MISSING' }],
    ['totalFRT', '1:15', { value: '01:15' }],
    ['totalFRT', '09.00', { value: '09:00' }],
    ['totalFRT', '120:30:10', { value: '120:30:10' }],
    ['totalFRT', '1:75', { value: null, note: 'NOT_A_TIME', keepOriginal: true }],
    ['kmTerakhir', 12_345_678, { value: 12_345_678, note: 'NUMBER_TOO_LONG' }],
    ['kmTerakhir', 1e15, { value: null, note: 'NUMBER_TOO_LONG', keepOriginal: true }],
    ['kmTerakhir', 'jauh', { value: null, note: 'NOT_A_NUMBER', keepOriginal: true }],
  ])('%s: %j becomes %j', (name, raw, expected) => {
    expect(parseValue(field(name), raw, zone)).toEqual(expected);
  });

  it('checks each number of a comma separated list against the template', () => {
    const programs = field('salesProgramId', 'prospect');
    expect(parseValue(programs, 'PRM/08138/26/11/1, PRM/H2Z/26/11/2', zone)).not.toHaveProperty('note');
  });
});
