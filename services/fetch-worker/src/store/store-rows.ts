import type { DgiRow } from '@lanekeeper/dgi';
import { type Kysely, sql } from 'kysely';
import type { FetchDatabase } from './fetch-schema.ts';
import type { PreparedRow } from './prepare-row.ts';
import { isRowFault } from './row-fault.ts';
import { sizeOfLine, sortRows, type WriteContext, writeRows } from './write-chunk.ts';

/** A row that the tables cannot hold; `message` holds nothing of its values. */
export type RefusedRow = {
  readonly reason: 'ROW_TOO_LARGE' | 'DATABASE_REFUSED';
  readonly message: string;
  readonly row: DgiRow;
};

/** What became of the rows of a chunk. */
export type StoredRows = { inserted: number; updated: number; unchanged: number; readonly refused: RefusedRow[] };

/** Stores the rows of a chunk within a transaction; a row that does not fit is left out alone, and all others are stored. */
export async function storeRows(
  db: Kysely<FetchDatabase>,
  context: WriteContext,
  rows: readonly PreparedRow[],
): Promise<StoredRows> {
  const tooLarge = new Set(rows.filter((row) => isTooLarge(context, row)));
  const message = `The row or one of its lines is larger than ${context.limits.bytes} bytes`;
  const refused = [...tooLarge].map(({ row }): RefusedRow => ({ reason: 'ROW_TOO_LARGE', message, row }));
  const stored = await storeByHalves(
    db,
    context,
    rows.filter((row) => !tooLarge.has(row)),
  );
  return { ...stored, refused: [...refused, ...stored.refused] };
}

/** Lines are written in statements of their own: many small ones are no reason to leave a row out. */
function isTooLarge({ tables, limits }: WriteContext, { row, hash, bytes }: PreparedRow): boolean {
  if (bytes <= limits.bytes) return false;
  const header = sizeOfLine(tables.valuesOf(row, { hash, jobId: '', now: '' }));
  const lines = tables.lines.flatMap((nested) =>
    (row.nested[nested.name] ?? []).map((line) => sizeOfLine(nested.valuesOf(row, line, 1))),
  );
  return [header, ...lines].some((size) => size > limits.bytes);
}

async function storeByHalves(
  db: Kysely<FetchDatabase>,
  context: WriteContext,
  rows: readonly PreparedRow[],
): Promise<StoredRows> {
  const [first] = rows;
  if (first === undefined) return { inserted: 0, updated: 0, unchanged: 0, refused: [] };
  await sql`SAVEPOINT chunk`.execute(db);
  try {
    const sorted = await sortRows(db, context, rows, true);
    await writeRows(db, context, sorted);
    const { added, changed, unchanged } = sorted;
    return { inserted: added.length, updated: changed.length, unchanged, refused: [] };
  } catch (error) {
    if (!isRowFault(error)) throw error;
    await sql`ROLLBACK TO SAVEPOINT chunk`.execute(db);
    if (rows.length === 1) return refuse(first, error);
    const half = Math.ceil(rows.length / 2);
    const [left, right] = [
      await storeByHalves(db, context, rows.slice(0, half)),
      await storeByHalves(db, context, rows.slice(half)),
    ];
    return add(left, right);
  }
}

/** The server's own message would quote the value. */
function refuse({ row }: PreparedRow, error: unknown): StoredRows {
  const message = `The database refuses the row (${(error as { code?: string }).code ?? 'unknown'})`;
  return { inserted: 0, updated: 0, unchanged: 0, refused: [{ reason: 'DATABASE_REFUSED', message, row }] };
}

const add = (a: StoredRows, b: StoredRows): StoredRows => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  refused: [...a.refused, ...b.refused],
});
