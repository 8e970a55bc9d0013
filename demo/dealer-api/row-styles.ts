import type { DgiField } from '@lanekeeper/dgi/modules';
import type { StoredRow } from './world/scene.ts';
import { moduleNamed } from './world/write-row.ts';

type Row = Record<string, unknown>;

const JOINED = new Set(['spk', 'pkb', 'prsl']);
/** Fields that real servers leave out, by module. */
const ABSENT: Record<string, readonly string[]> = {
  lsng: ['dealerId', 'modifiedTime'],
  pkb: ['dealerId', 'modifiedTime'],
  prsl: ['dealerId', 'namaCustomer', 'createdTime', 'modifiedTime'],
};
/** Fields that the document does not know, by module. */
const ADDED: Record<string, string> = {
  lsng: 'tanggalSPK',
  doch: 'tanggalSPK',
  inv1: 'tgl_transaksi',
  bast: 'tanggalSuratjalan',
};
/** Words in place of codes. */
const WORDS: Record<string, Record<string, Record<string, string>>> = {
  pkb: { statusWorkOrder: { '4': 'Closed' } },
  spk: { statusSPK: { '3': 'sale_order' }, tipePembayaran: { '2': 'Credit', '1': 'Cash' } },
};

/** A row as some real servers send it: other spellings, words for codes, fields missing and added. */
export function realRow({ module, row }: StoredRow): Row {
  const { fields, nested } = moduleNamed(module);
  const lines = nested.map(({ name, fields: lineFields }): [string, Row[]] => [
    name,
    (row[name] as Row[]).map((line) => Object.fromEntries(realFields(module, lineFields, line))),
  ]);
  const absent = ABSENT[module] ?? [];
  const kept = realFields(module, fields, row).filter(([name]) => !absent.includes(name));
  const added = ADDED[module];
  return Object.fromEntries([...kept, ...(added === undefined ? [] : [[added, row.createdTime] as const]), ...lines]);
}

function realFields(module: string, fields: readonly DgiField[], row: Row): [string, unknown][] {
  return fields.map((field) => {
    const spelling = field.aliases.find((alias) => alias.toLowerCase() === field.name.toLowerCase()) ?? field.name;
    const value = row[field.name];
    const word = WORDS[module]?.[field.name]?.[String(value)];
    return [spelling, word ?? (field.name.endsWith('Percentage') ? Number(String(value).replace(',', '.')) : value)];
  });
}

/** The row once per combination of its lines, each list with one item: as a join of its tables gives it. */
export function joinedRows(module: string, row: Row): Row[] {
  if (!JOINED.has(module)) return [row];
  return moduleNamed(module).nested.reduce<Row[]>(
    (rows, { name }) =>
      rows.flatMap((part) => oneByOne(row[name] as Row[]).map((items) => ({ ...part, [name]: items }))),
    [row],
  );
}

const oneByOne = (lines: readonly Row[]): Row[][] => (lines.length === 0 ? [[]] : lines.map((line) => [line]));
