import type { DgiRow } from '@lanekeeper/dgi';
import { type ChunkLimits, chunk } from '@lanekeeper/service-kit';
import { CompiledQuery, type Kysely } from 'kysely';
import type { LinesPlan, ModuleTables, StoredValue } from '../tables/table-plan.ts';
import type { PreparedRow } from './prepare-row.ts';

/** What rows are written with. */
export type WriteContext = {
  readonly tables: ModuleTables;
  readonly dealerId: string;
  readonly jobId: string;
  readonly limits: ChunkLimits;
};

/** Rows of a chunk by what is to be done with them. */
export type Sorted = { readonly added: PreparedRow[]; readonly changed: PreparedRow[]; readonly unchanged: number };

// biome-ignore lint/suspicious/noExplicitAny: the modules' tables are known by name only
type AnyDatabase = Kysely<any>;

/**
 * Looks which rows of one dealer are stored already, and whether they differ.
 * @param lock keeps others from changing the stored ones until the transaction ends.
 */
export async function sortRows(
  db: AnyDatabase,
  { tables, dealerId }: WriteContext,
  rows: readonly PreparedRow[],
  lock: boolean,
): Promise<Sorted> {
  const [dealer, key] = tables.key;
  const statement = `SELECT \`${key}\` AS number, row_hash AS hash FROM \`${tables.table}\`
    WHERE \`${dealer}\` = ? AND \`${key}\` IN (?)${lock ? ' FOR UPDATE' : ''}`;
  const numbers = rows.map(({ row }) => row.documentNumber);
  const found = await db.executeQuery<{ number: string; hash: Buffer }>(
    CompiledQuery.raw(statement, [dealerId, numbers]),
  );
  const stored = new Map(found.rows.map(({ number, hash }) => [number, hash]));
  const isStored = ({ row }: PreparedRow) => stored.has(row.documentNumber);
  const changed = rows.filter((row) => isStored(row) && stored.get(row.row.documentNumber)?.equals(row.hash) === false);
  return { added: rows.filter((row) => !isStored(row)), changed, unchanged: stored.size - changed.length };
}

/** Writes new and changed rows, the lines of each as a set. @throws for a row that another transaction stored meanwhile. */
export async function writeRows(
  db: AnyDatabase,
  context: WriteContext,
  { added, changed }: Pick<Sorted, 'added' | 'changed'>,
): Promise<void> {
  await writeHeaders(db, context, added, '');
  await writeHeaders(
    db,
    context,
    changed,
    context.tables.columns
      .filter(({ name }) => !context.tables.keptOnChange.has(name))
      .map(({ name }) => `\`${name}\` = VALUES(\`${name}\`)`)
      .join(', '),
  );
  for (const lines of context.tables.lines) {
    await removeLines(db, context, lines, changed);
    await addLines(db, context, lines, [...added, ...changed]);
  }
}

async function writeHeaders(
  db: AnyDatabase,
  { tables, jobId }: WriteContext,
  rows: readonly PreparedRow[],
  onDuplicate: string,
): Promise<void> {
  if (rows.length === 0) return;
  const now = new Date().toISOString().slice(0, 23).replace('T', ' ');
  const values = rows.map(({ row, hash }) => tables.valuesOf(row, { hash, jobId, now }));
  await insert(db, tables, values, onDuplicate);
}

async function removeLines(
  db: AnyDatabase,
  { tables, dealerId }: WriteContext,
  { table }: LinesPlan,
  rows: readonly PreparedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const [dealer, key] = tables.key.map((name) => `\`row_${name}\``);
  const numbers = rows.map(({ row }) => row.documentNumber);
  const statement = `DELETE FROM \`${table}\` WHERE ${dealer} = ? AND ${key} IN (?)`;
  await db.executeQuery(CompiledQuery.raw(statement, [dealerId, numbers]));
}

async function addLines(
  db: AnyDatabase,
  { limits }: WriteContext,
  lines: LinesPlan,
  rows: readonly PreparedRow[],
): Promise<void> {
  const values = rows.flatMap(({ row }) => linesOf(row, lines));
  for (const part of chunk(values, limits, sizeOfLine)) await insert(db, lines, part, '');
}

const linesOf = (row: DgiRow, lines: LinesPlan): StoredValue[][] =>
  (row.nested[lines.name] ?? []).map((line, at) => lines.valuesOf(row, line, at + 1));

/** Escaping may double a text. */
export const sizeOfLine = (values: readonly StoredValue[]): number =>
  values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) + 3 : 16), 0);

async function insert(
  db: AnyDatabase,
  { table, columns }: Pick<LinesPlan, 'table' | 'columns'>,
  values: readonly StoredValue[][],
  onDuplicate: string,
): Promise<void> {
  const names = columns.map(({ name }) => `\`${name}\``).join(', ');
  const update = onDuplicate === '' ? '' : ` ON DUPLICATE KEY UPDATE ${onDuplicate}`;
  await db.executeQuery(CompiledQuery.raw(`INSERT INTO \`${table}\` (${names}) VALUES ?${update}`, [values]));
}
