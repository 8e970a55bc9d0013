import type { DgiField, DgiItem, DgiModule, DgiRow, DgiValue } from '@lanekeeper/dgi';

/** A column of a module's table. `key`: of the natural key; `own`: not of the protocol. */
export type ColumnPlan = { readonly name: string; readonly type: string; readonly notNull?: boolean };

/** The lines of one nested table. */
export type LinesPlan = {
  /** Name in the protocol. */
  readonly name: string;
  readonly table: string;
  readonly columns: readonly ColumnPlan[];
  /** The values of one line in the order of `columns`. */
  readonly valuesOf: (row: DgiRow, line: DgiItem, position: number) => StoredValue[];
};

/** How a module is stored. */
export type ModuleTables = {
  readonly table: string;
  /** Columns of the natural key: dealer, document number. */
  readonly key: readonly [string, string];
  readonly columns: readonly ColumnPlan[];
  /** The values of a row in the order of `columns`. */
  readonly valuesOf: (row: DgiRow, stored: RowMark) => StoredValue[];
  /** Columns that a changed row keeps from its first storing. */
  readonly keptOnChange: ReadonlySet<string>;
  readonly lines: readonly LinesPlan[];
};

/** What a column is given. */
export type StoredValue = DgiValue | Buffer;

/** What is stored beside a row's own values. Times as `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export type RowMark = { readonly hash: Buffer; readonly jobId: string; readonly now: string };

/** A key of MAX_KEY_LENGTH characters, compared by case and byte as the protocol's keys are. */
const KEY = 'varchar(190) character set utf8mb4 collate utf8mb4_bin';

/**
 * Type of each kind of value. Texts may have 1,000 characters whatever the document declares, and rows of 40 such columns
 * would exceed the 65,535 bytes that varchars of a row may have. Six decimals, since coordinates have as many.
 */
const TYPES = {
  text: 'text character set utf8mb4 collate utf8mb4_unicode_ci',
  code: 'text character set utf8mb4 collate utf8mb4_unicode_ci',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  number: 'decimal(21,6)',
} as const satisfies Record<DgiField['kind'], string>;

const plans = new WeakMap<DgiModule, ModuleTables>();

/** The tables of a module, derived from the module table alone: `dgi_prsp`, `dgi_prsp_unit`, ... */
export function tablesOf(module: DgiModule): ModuleTables {
  const known = plans.get(module);
  if (known !== undefined) return known;
  const plan = planTables(module);
  plans.set(module, plan);
  return plan;
}

function planTables(module: DgiModule): ModuleTables {
  const { naturalKey, fields } = module;
  const table = `dgi_${module.module}`;
  const typed = fields.map(({ name, kind }) =>
    naturalKey.includes(name) ? { name, type: KEY, notNull: true } : { name, type: TYPES[kind] },
  );
  return {
    table,
    key: naturalKey,
    columns: [...typed, ...OWN],
    valuesOf: ({ columns, extra }, { hash, jobId, now }) => [
      ...Object.values(columns),
      jsonOf(extra),
      hash,
      jobId,
      now,
      now,
    ],
    keptOnChange: new Set([...naturalKey, 'stored_at']),
    lines: module.nested.map((nested) => planLines(module, nested)),
  };
}

/** Columns that are not the protocol's; its names never have an underscore, nor are they called `extra`: a test proves it. */
const OWN: readonly ColumnPlan[] = [
  { name: 'extra', type: 'json' },
  { name: 'row_hash', type: 'binary(32)', notNull: true },
  { name: 'job_id', type: 'varchar(64) character set ascii collate ascii_bin', notNull: true },
  { name: 'stored_at', type: 'datetime(3)', notNull: true },
  { name: 'changed_at', type: 'datetime(3)', notNull: true },
];

function planLines({ module, naturalKey }: DgiModule, { name, fields }: DgiModule['nested'][number]): LinesPlan {
  const keyOf = (column: string): ColumnPlan => ({ name: `row_${column}`, type: KEY, notNull: true });
  return {
    name,
    table: `dgi_${module}_${name.toLowerCase()}`,
    // The parent's key is prefixed: some lines have fields of the same name.
    columns: [
      ...naturalKey.map(keyOf),
      { name: 'line_no', type: 'integer', notNull: true },
      ...fields.map(({ name: column, kind }) => ({ name: column, type: TYPES[kind] })),
      { name: 'extra', type: 'json' },
    ],
    valuesOf: ({ dealerId, documentNumber }, { columns, extra }, position) => [
      dealerId,
      documentNumber,
      position,
      ...Object.values(columns),
      jsonOf(extra),
    ],
  };
}

function jsonOf(extra: Readonly<Record<string, unknown>>): string | null {
  return Object.keys(extra).length === 0 ? null : JSON.stringify(extra);
}
