import { expect, it } from 'vitest';
import { moduleOf } from '../modules/module-table.ts';
import { maskPersonal } from './mask-personal.ts';

const documents = moduleOf('doch_read');

it('masks personal and unknown values, and shows which fields were sent', () => {
  const raw = {
    idSO: '',
    IDSPK: 'SPK/08138/26/11/1',
    catatan: 'Budi, 0812',
    dealerId: null,
    unit: [{ statusFakturSTNK: 4, NAMApenerimaSTNK: 'Budi', nomorSTNK: '', warna: ['merah'] }, 'Budi'],
  };
  expect(maskPersonal(documents, raw)).toEqual({
    idSO: '',
    IDSPK: 'SPK/08138/26/11/1',
    catatan: '***',
    dealerId: null,
    unit: [{ statusFakturSTNK: 4, NAMApenerimaSTNK: '***', nomorSTNK: '', warna: '***' }, '***'],
  });
});

it.each([['Budi'], [['Budi']], [7]])('masks all of %j, which is no row', (raw) => {
  expect(maskPersonal(documents, raw)).toBe('***');
});
