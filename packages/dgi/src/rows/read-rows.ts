import type { DgiModule } from '../modules/module-table.ts';
import type { DgiRow, ReadRowOptions, RowOutcome } from './dgi-row.ts';
import { keyText, mergeRows } from './merge-joined-rows.ts';
import { parseRow } from './parse-row.ts';
import { readKey } from './read-key.ts';

/** Rows as sent, by position: an array, or rows that are parsed when they are reached. */
export type RawRows = { readonly length: number; at(index: number): unknown };

/**
 * Reads the rows of one answer: one outcome per key, those of one key merged, and one per refused row, in the order of
 * first appearance. Keys are read first and rows only when they are reached, so what stands in memory at a time is the
 * answer's text, its keys, and the rows that the caller keeps.
 * @throws what `rows.at` throws, before the first outcome.
 */
export function* readRows(module: DgiModule, rows: RawRows, options: ReadRowOptions): Generator<RowOutcome, void> {
  const { repeats, later } = findRepeats(module, rows, options);
  for (let index = 0; index < rows.length; index += 1) {
    if (later.has(index)) continue;
    const outcome = parseRow(module, rows.at(index), options);
    const others = repeats.get(index);
    yield outcome.ok && others !== undefined
      ? {
          ok: true,
          row: mergeRows([outcome.row, ...others.flatMap((other) => parsed(module, rows.at(other), options))]),
        }
      : outcome;
  }
}

/** For the first row of each repeated key the later ones; and all later ones. */
function findRepeats(module: DgiModule, rows: RawRows, options: ReadRowOptions) {
  const firsts = new Map<string, number>();
  const repeats = new Map<number, number[]>();
  const later = new Set<number>();
  for (let index = 0; index < rows.length; index += 1) {
    const key = readKey(module, rows.at(index), options);
    if (!key.ok) continue;
    const text = keyText(key.dealerId, key.documentNumber);
    const first = firsts.get(text);
    if (first === undefined) {
      firsts.set(text, index);
      continue;
    }
    later.add(index);
    const others = repeats.get(first);
    if (others === undefined) repeats.set(first, [index]);
    else others.push(index);
  }
  return { repeats, later };
}

function parsed(module: DgiModule, raw: unknown, options: ReadRowOptions): DgiRow[] {
  const outcome = parseRow(module, raw, options);
  return outcome.ok ? [outcome.row] : [];
}
