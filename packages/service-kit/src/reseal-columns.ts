import { type Kysely, sql } from 'kysely';
import type { SecretBox } from './secret-box.ts';

/** Columns of a table that hold sealed secrets, or null. */
export type SealedColumns = {
  table: string;
  /** The column that identifies a row. */
  id: string;
  columns: readonly string[];
  /** Whose secret a row's column holds; see SecretBox. */
  owner: (id: string, column: never) => string;
};

/** What a rotation came to, in secrets. */
export type Rotation = { resealed: number; current: number };

/**
 * Seals the secrets in a table anew under the first key of `SECRETS_KEY`; those that are already are left. May run beside
 * services: a secret that changes meanwhile was sealed under the current key by whoever changed it.
 * @throws SecretError when a secret's key is not among those given; what was done until then stays done.
 */
export async function resealColumns(db: Kysely<never>, sealed: SealedColumns, box: SecretBox): Promise<Rotation> {
  const rotation: Rotation = { resealed: 0, current: 0 };
  const { table, id, columns, owner } = sealed;
  for (const column of columns) {
    const { rows } = await sql<{ id: string; secret: string }>`
      SELECT ${sql.ref(id)} AS id, ${sql.ref(column)} AS secret FROM ${sql.table(table)}
      WHERE ${sql.ref(column)} IS NOT NULL`.execute(db);
    for (const row of rows) {
      const resealed = box.reseal(owner(row.id, column as never), row.secret);
      if (resealed === undefined) {
        rotation.current++;
        continue;
      }
      await sql`
        UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${resealed}
        WHERE ${sql.ref(id)} = ${row.id} AND ${sql.ref(column)} = ${row.secret}`.execute(db);
      rotation.resealed++;
    }
  }
  return rotation;
}
