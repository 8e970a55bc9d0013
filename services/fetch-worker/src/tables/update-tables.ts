import { type DgiModule, dgiModules } from '@lanekeeper/dgi';
import type { Logger } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import { type ColumnPlan, tablesOf } from './table-plan.ts';

/** Locks are the server's: each database has its own. */
const LOCK = sql`CONCAT('dgi_tables_', MD5(DATABASE()))`;
const LOCK_SECONDS = 60;

type Table = { name: string; columns: readonly ColumnPlan[]; primaryKey: readonly string[] };

/**
 * Makes the tables of all modules what the module table says: creates what is missing, adds new fields as new columns, and
 * never changes or drops what is there. Replicas may start at once: one does it, the others find it done.
 */
export async function updateTables(db: Kysely<never>, log: Logger, modules = dgiModules.values()): Promise<void> {
  const wanted = [...modules].flatMap(tablesFor);
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: number }>`SELECT GET_LOCK(${LOCK}, ${LOCK_SECONDS}) AS got`.execute(connection);
    if (Number(rows[0]?.got) !== 1)
      throw new Error('another process updates the tables of dealer data and does not end');
    try {
      const present = await presentColumns(connection);
      for (const table of wanted) await update(connection, table, present.get(table.name), log);
    } finally {
      await sql`SELECT RELEASE_LOCK(${LOCK})`.execute(connection);
    }
  });
}

function tablesFor(module: DgiModule): Table[] {
  const { table, key, columns, lines } = tablesOf(module);
  const primaryKey = key.map((column) => `row_${column}`);
  return [
    { name: table, columns, primaryKey: key },
    ...lines.map((nested) => ({
      name: nested.table,
      columns: nested.columns,
      primaryKey: [...primaryKey, 'line_no'],
    })),
  ];
}

async function update(
  db: Kysely<never>,
  { name, columns, primaryKey }: Table,
  present: ReadonlySet<string> | undefined,
  log: Logger,
): Promise<void> {
  if (present === undefined) {
    const key = primaryKey.map((column) => `\`${column}\``).join(', ');
    const statement = `CREATE TABLE \`${name}\` (${columns.map(define).join(', ')}, PRIMARY KEY (${key}))
      ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
    await sql.raw(statement).execute(db);
    return;
  }
  const missing = columns.filter((column) => !present.has(column.name.toLowerCase()));
  if (missing.length === 0) return;
  await sql
    .raw(`ALTER TABLE \`${name}\` ${missing.map((column) => `ADD COLUMN ${define(column)}`).join(', ')}`)
    .execute(db);
  log.info({ table: name, columns: missing.map((column) => column.name) }, 'added columns for new fields');
}

const define = ({ name, type, notNull = false }: ColumnPlan): string =>
  `\`${name}\` ${type} ${notNull ? 'NOT NULL' : 'NULL'}`;

async function presentColumns(db: Kysely<never>): Promise<Map<string, Set<string>>> {
  const { rows } = await sql<{ name: string; field: string }>`
    SELECT table_name AS name, column_name AS field FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name LIKE 'dgi\\_%'`.execute(db);
  const present = new Map<string, Set<string>>();
  for (const { name, field } of rows) {
    const fields = present.get(name) ?? new Set();
    present.set(name, fields.add(field.toLowerCase()));
  }
  return present;
}
