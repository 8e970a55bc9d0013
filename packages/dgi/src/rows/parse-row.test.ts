import { describe, expect, it } from 'vitest';
import { moduleOf } from '../modules/module-table.ts';
import type { DgiRow } from './dgi-row.ts';
import { parseRow } from './parse-row.ts';

const timeZone = 'Asia/Jakarta';
const leasing = moduleOf('leasing');
const documents = moduleOf('doch_read');
const asked = { askedDealerId: '08138', timeZone };

function rowOf(
  ...[module, raw, options = { timeZone }]: Parameters<typeof parseRow> | [typeof leasing, unknown]
): DgiRow {
  const outcome = parseRow(module, raw, options);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.row;
}

describe('parseRow', () => {
  it('matches names without regard to case and spaces, by old names too, and keeps what it does not know', () => {
    const raw = {
      ' IDSO ': ' SO/08138/26/11/1 ',
      dealerID: '08138',
      tanggalSPK: '01/11/2026',
      UNIT: [{ namaPenerima: 'Budi', nomorRANGKA: 'JM9117SK000001', warna: 'merah' }],
    };
    const row = rowOf(documents, raw);
    expect(row).toMatchObject({
      dealerId: '08138',
      documentNumber: 'SO/08138/26/11/1',
      extra: { tanggalSPK: '01/11/2026' },
      notes: [],
    });
    expect(row.columns).toMatchObject({ idSO: 'SO/08138/26/11/1', dealerId: '08138', idSPK: null });
    expect(row.nested.unit).toHaveLength(1);
    expect(row.nested.unit?.[0]).toMatchObject({
      columns: { namaPenerimaBPKB: 'Budi', nomorRangka: 'JM9117SK000001', nomorSTNK: null },
      extra: { warna: 'merah' },
    });
  });

  it('has a value for every field and a list for every nested table', () => {
    const row = rowOf(documents, { idSO: 'SO/08138/26/11/1', dealerId: '08138' });
    expect(Object.keys(row.columns)).toEqual(documents.fields.map(({ name }) => name));
    expect(row.nested).toEqual({ unit: [] });
  });

  it('fills in the dealer only when one was asked for', () => {
    expect(rowOf(leasing, { idDokumenPengajuan: 'FIF/08138/26/11/1' }, asked)).toMatchObject({
      dealerId: '08138',
      columns: { dealerId: '08138' },
      notes: [{ code: 'DEALER_ID_FILLED', field: 'dealerId' }],
    });
    expect(parseRow(leasing, { idDokumenPengajuan: 'FIF/08138/26/11/1' }, { timeZone })).toMatchObject({
      ok: false,
      reason: 'DEALER_MISSING',
    });
  });

  it.each([
    ['a text', 'NOT_AN_OBJECT'],
    [null, 'NOT_AN_OBJECT'],
    [[], 'NOT_AN_OBJECT'],
    [{ dealerId: '08138', namaFinanceCompany: 'Rahasia' }, 'KEY_MISSING'],
    [{ dealerId: '08138', idDokumenPengajuan: '  ' }, 'KEY_MISSING'],
    [{ dealerId: '08138', idDokumenPengajuan: { a: 1 } }, 'KEY_MISSING'],
    [{ dealerId: '08138', idDokumenPengajuan: 'x'.repeat(191) }, 'KEY_TOO_LONG'],
    [{ dealerId: '07501', idDokumenPengajuan: 'FIF/08138/26/11/1' }, 'DEALER_NOT_ASKED'],
  ])('refuses %j: %s', (raw, reason) => {
    const outcome = parseRow(leasing, raw, asked);
    expect(outcome).toMatchObject({ ok: false, reason, raw });
    expect(JSON.stringify({ ...outcome, raw: null })).not.toContain('Rahasia');
  });

  it('keeps a value that its column cannot hold, and says so without telling it', () => {
    const row = rowOf(leasing, {
      dealerId: '08138',
      idDokumenPengajuan: 'FIF/08138/26/11/1',
      tanggalPengajuan: 'kemarin',
      tenor: 'lama',
    });
    expect(row.columns).toMatchObject({ tanggalPengajuan: null, tenor: null });
    expect(row.extra).toEqual({ tanggalPengajuan: 'kemarin', tenor: 'lama' });
    expect(row.notes).toEqual([
      { code: 'NOT_A_NUMBER', field: 'tenor' },
      { code: 'NOT_A_DATE', field: 'tanggalPengajuan' },
    ]);
  });

  it('takes the first of two spellings that differ, and any spelling that has a value', () => {
    const row = rowOf(moduleOf('inv1_read'), {
      idInvoice: 'TJ/08138/26/11/1',
      dealerId: '08138',
      amount: 5,
      Amount: 6,
      Note: '',
      note: 'a',
    });
    expect(row.columns).toMatchObject({ amount: 5, note: 'a' });
    expect(row).toMatchObject({ extra: { Amount: 6 }, notes: [{ code: 'TWO_SPELLINGS', field: 'amount' }] });
  });

  it('takes lines that are no list as far as it can, and drops lines of nulls', () => {
    const base = { idSO: 'SO/08138/26/11/1', dealerId: '08138' };
    expect(rowOf(documents, { ...base, unit: [{ nomorRangka: null }, null] })).toMatchObject({
      nested: { unit: [] },
      notes: [],
    });
    expect(rowOf(documents, { ...base, unit: { nomorRangka: 'A' } })).toMatchObject({
      nested: { unit: [{ columns: { nomorRangka: 'A' } }] },
      notes: [{ code: 'NOT_A_LIST', field: 'unit' }],
    });
    expect(rowOf(documents, { ...base, unit: ['x'] })).toMatchObject({ nested: { unit: [] }, extra: { unit: ['x'] } });
  });

  it('is not led astray by names that JavaScript knows', () => {
    const raw: unknown = JSON.parse('{"idSO":"1","dealerId":"08138","__proto__":{"a":1},"constructor":2}');
    const row = rowOf(documents, raw);
    expect(Object.keys(row.extra)).toEqual(['__proto__', 'constructor']);
  });
});
