import { type DgiModule, dgiModules, moduleOf } from '@lanekeeper/dgi';
import { freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import { describe, expect, inject, test } from 'vitest';
import { tablesOf } from './table-plan.ts';
import { updateTables } from './update-tables.ts';

const log = createLogger('test', 'silent');
const modules = [...dgiModules.values()];

describe('the plan of tables', () => {
  test.each(modules)('of $module names every column once', (module) => {
    const { columns, lines } = tablesOf(module);
    for (const list of [columns, ...lines.map((nested) => nested.columns)]) {
      const names = list.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('names every table once', () => {
    const tables = modules.flatMap((module) => [
      tablesOf(module).table,
      ...tablesOf(module).lines.map(({ table }) => table),
    ]);
    expect(new Set(tables).size).toBe(tables.length);
    expect(tables).toContain('dgi_spk_dataanggotakeluarga');
  });
});

describe('the tables', () => {
  test('are made once, and grow with the module table', async () => {
    await using fresh = await freshDatabase(inject('mysqlAdminUrl'));
    const db = connectDatabase<never>({ url: fresh.url, poolSize: 4 });
    try {
      await Promise.all([updateTables(db, log), updateTables(db, log)]);
      const before = await describeTables(db);
      await updateTables(db, log);
      expect(await describeTables(db)).toEqual(before);
      await updateTables(
        db,
        log,
        [withField(moduleOf('inv1_read')), { ...moduleOf('leasing'), module: 'fresh' }].values(),
      );
      const after = await describeTables(db);
      expect(after).toContain('dgi_inv1.nomorBaru text');
      expect(after).toContain('dgi_fresh.idDokumenPengajuan varchar');
      expect(after.filter((column) => !column.startsWith('dgi_fresh.') && !column.includes('nomorBaru'))).toEqual(
        before,
      );
    } finally {
      await db.destroy();
    }
  });
});

function withField(module: DgiModule): DgiModule {
  const [first] = module.fields;
  if (first === undefined) throw new Error('a module without fields');
  return { ...module, fields: [...module.fields, { ...first, name: 'nomorBaru', kind: 'text' }] };
}

async function describeTables(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT CONCAT(table_name, '.', column_name, ' ', data_type) AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name LIKE 'dgi\\_%' ORDER BY 1`.execute(db);
  return rows.map(({ name }) => name);
}
