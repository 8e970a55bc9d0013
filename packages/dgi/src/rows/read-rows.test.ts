import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moduleOf } from '../modules/module-table.ts';
import type { DgiRow } from './dgi-row.ts';
import { mergeJoinedRows, mergeRows } from './merge-joined-rows.ts';
import { readRows } from './read-rows.ts';

const orders = moduleOf('pkb');
const options = { askedDealerId: '08138', timeZone: 'Asia/Jakarta' };
const read = (rows: readonly unknown[]): DgiRow[] =>
  [...readRows(orders, rows, options)].flatMap((outcome) => (outcome.ok ? [outcome.row] : []));
const withoutNotes = (rows: readonly DgiRow[]) => rows.map((row) => ({ ...row, notes: [] }));

const service = fc.record({ idJob: fc.constantFrom('A', 'B', 'C'), biayaService: fc.nat(9_999) });
const part = fc.record({ partsNumber: fc.constantFrom('P', 'Q'), kuantitas: fc.nat(9), warna: fc.option(fc.string()) });
const order = fc.record({
  noWorkOrder: fc.string({ unit: fc.constantFrom('1', '2', '3'), minLength: 1, maxLength: 3 }),
  statusWorkOrder: fc.constantFrom('4', 'Closed', 5, null),
  services: fc.uniqueArray(service, { selector: (one) => JSON.stringify(one), maxLength: 3 }),
  parts: fc.uniqueArray(part, { selector: (one) => JSON.stringify(one), maxLength: 3 }),
  tambahan: fc.jsonValue(),
});
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never;
const ordersOfOwnKeys = fc.uniqueArray(order, { selector: ({ noWorkOrder }) => noWorkOrder, maxLength: 6 });

/** As a join of the tables answers it. */
function join(row: Order): unknown[] {
  const each = <T>(lines: readonly T[]): T[][] => (lines.length === 0 ? [[]] : lines.map((line) => [line]));
  return each(row.services).flatMap((services) => each(row.parts).map((parts) => ({ ...row, services, parts })));
}

describe('readRows', () => {
  it('reads the same from rows per document and from rows per joined line, in any order', () => {
    fc.assert(
      fc.property(ordersOfOwnKeys, fc.infiniteStream(fc.nat()), (rows, numbers) => {
        const expected = withoutNotes(read(rows));
        const joined = rows.flatMap(join);
        expect(withoutNotes(read(joined))).toEqual(expected);
        const random = numbers[Symbol.iterator]();
        const shuffled = joined
          .map((row) => ({ row, place: random.next().value ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ row }) => row);
        expect(sorted(read(shuffled))).toEqual(sorted(expected));
      }),
    );
  });

  it('reads a row the same again, and the same when a whole answer comes twice', () => {
    fc.assert(
      fc.property(ordersOfOwnKeys, (rows) => {
        expect(read(rows)).toEqual(read(rows));
        expect(withoutNotes(read([...rows, ...rows]))).toEqual(withoutNotes(read(rows)));
      }),
    );
  });

  it('yields one outcome per key and one per refused row, in the order of first appearance', () => {
    const rows = [{ noWorkOrder: '1' }, 'x', { noWorkOrder: '2' }, { noWorkOrder: '1' }, { noWorkOrder: '' }];
    const outcomes = [...readRows(orders, rows, options)];
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.row.documentNumber : outcome.reason))).toEqual([
      '1',
      'NOT_AN_OBJECT',
      '2',
      'KEY_MISSING',
    ]);
  });

  it('yields nothing of an answer in which a row cannot be parsed', () => {
    const rows = {
      length: 3,
      at: (index: number) => {
        if (index === 2) throw new Error('not JSON');
        return { noWorkOrder: String(index) };
      },
    };
    expect(() => readRows(orders, rows, options).next()).toThrow('not JSON');
  });

  it('keeps identical lines of a row that is not repeated: they are real', () => {
    const twice = { noWorkOrder: '1', services: [{ idJob: 'A' }, { idJob: 'A' }] };
    expect(read([twice])[0]?.nested.services).toHaveLength(2);
    expect(read([twice, twice])[0]?.nested.services).toHaveLength(2);
    const joined = [
      { noWorkOrder: '1', services: [{ idJob: 'A' }], parts: [{ partsNumber: 'P' }] },
      { noWorkOrder: '1', services: [{ idJob: 'A' }], parts: [{ partsNumber: 'Q' }] },
    ];
    expect(read(joined)[0]?.nested).toMatchObject({ services: { length: 1 }, parts: { length: 2 } });
  });

  it('takes the header of the row that was changed last, and fills gaps from rows of the same time only', () => {
    const [old, fresh] = ['23/11/2026 10:00:00', '24/11/2026 10:00:00'];
    const rows = [
      { noWorkOrder: '1', statusWorkOrder: '1', idPIT: 'P1', modifiedTime: old },
      { noWorkOrder: '1', statusWorkOrder: '4', modifiedTime: fresh },
      { noWorkOrder: '1', hondaIdSA: '20001', modifiedTime: fresh },
    ];
    const [row] = read(rows);
    expect(row?.columns).toMatchObject({ statusWorkOrder: '4', hondaIdSA: '20001', idPIT: null });
    expect(row?.notes).toContainEqual({ code: 'ROWS_MERGED', field: 'dealerId' });
  });
});

it('merging merged rows changes nothing', () => {
  fc.assert(
    fc.property(fc.array(order, { minLength: 1, maxLength: 8 }), (rows) => {
      const merged = mergeJoinedRows(read(rows.flatMap(join)));
      expect(mergeJoinedRows([...merged, ...merged])).toEqual(
        mergeJoinedRows(merged.map((row) => mergeRows([row, row]))),
      );
      expect(withoutNotes(mergeJoinedRows([...merged, ...merged]))).toEqual(withoutNotes(merged));
    }),
  );
});

function sorted(rows: readonly DgiRow[]): unknown[] {
  const lines = (row: DgiRow) =>
    Object.values(row.nested).map((list) => list.map((line) => JSON.stringify(line)).sort());
  return rows
    .map((row) => ({ ...row, notes: [], nested: lines(row) }))
    .sort((a, b) => a.documentNumber.localeCompare(b.documentNumber));
}
