import { isDeepStrictEqual } from 'node:util';
import type { DgiItem, DgiRow, DgiValue } from './dgi-row.ts';

/**
 * Makes one row of the rows that share a key, as servers send them that answer one row per joined line. The header is
 * that of the newest one, its gaps filled from others of the same modified time; lines are joined, and identical ones
 * dropped, unless all rows have the very same lines: then these are real, doubles included.
 * @throws RangeError without a row.
 */
export function mergeRows(rows: readonly DgiRow[]): DgiRow {
  const [newest, ...others] = [...rows].sort(newestFirst);
  if (newest === undefined) throw new RangeError('no row to merge');
  if (others.length === 0) return newest;
  const notes = new Map(rows.flatMap((row) => row.notes).map((note) => [JSON.stringify(note), note]));
  return {
    ...newest,
    columns: fillGaps(newest, others),
    nested: Object.fromEntries(Object.keys(newest.nested).map((name) => [name, joinLines(rows, name)])),
    extra: Object.assign({}, ...others.toReversed().map((row) => row.extra), newest.extra),
    notes: [...notes.values(), { code: 'ROWS_MERGED', field: 'dealerId' }],
  };
}

/** Merges rows of one key anywhere in the list; each stands where its first one stood. */
export function mergeJoinedRows(rows: Iterable<DgiRow>): DgiRow[] {
  const groups = Map.groupBy(rows, ({ dealerId, documentNumber }) => keyText(dealerId, documentNumber));
  return [...groups.values()].map(mergeRows);
}

/** A natural key as one text. */
export function keyText(dealerId: string, documentNumber: string): string {
  return `${dealerId}\n${documentNumber}`;
}

const modified = ({ columns }: DgiRow): string => String(columns.modifiedTime ?? '');

function newestFirst(a: DgiRow, b: DgiRow): number {
  return modified(a) === modified(b) ? 0 : modified(a) > modified(b) ? -1 : 1;
}

function fillGaps(newest: DgiRow, others: readonly DgiRow[]): Record<string, DgiValue> {
  const columns = { ...newest.columns };
  for (const other of others.filter((row) => modified(row) === modified(newest))) {
    for (const name of Object.keys(columns)) columns[name] ??= other.columns[name] ?? null;
  }
  return columns;
}

function joinLines(rows: readonly DgiRow[], name: string): readonly DgiItem[] {
  const [first = [], ...others] = rows.map((row) => row.nested[name] ?? []);
  if (others.every((lines) => isDeepStrictEqual(lines, first))) return first;
  const lines = [first, ...others].flat();
  return [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()];
}
