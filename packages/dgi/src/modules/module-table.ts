import { type FileArray, type FileModule, type FileScalar, readModuleFile } from './module-file.ts';

/**
 * What a value becomes when it is read:
 * - `text`: trimmed text; `code`: text too, of a list of known codes;
 * - `date`: `YYYY-MM-DD`; `datetime`: `YYYY-MM-DD HH:MM:SS`, local time of the dealer group's server, no zone;
 * - `time`: `HH:MM` (or `HH:MM:SS`), which may be a duration;
 * - `number`: a JavaScript number of at most 15 digits before the point.
 */
export type DgiKind = 'text' | 'code' | 'date' | 'datetime' | 'time' | 'number';

/** A field with one value. */
export type DgiField = {
  readonly name: string;
  readonly kind: DgiKind;
  /** Length the document declares: characters, or digits of a number. Real values exceed it. */
  readonly maxLength: number | null;
  /** Decimals a `number` is declared with: 0 for amounts and quantities, 2 for money of main dealers, 6 for coordinates. */
  readonly decimals: number;
  readonly required: boolean;
  readonly description: string;
  /** Other spellings met in the document or on real servers; case never matters. */
  readonly aliases: readonly string[];
  /** Known codes and their meaning, of a `code`. Main dealers use others too. */
  readonly codes: Readonly<Record<string, string>>;
  /** Shape of a document number, to note deviations and never to reject. */
  readonly template: string | null;
  /** Kind of personal data, or null. `region` and `staff-id` are coarse or internal and may be shown. */
  readonly personal: string | null;
};

/** A list of lines inside a row, stored in a table of its own. */
export type DgiNested = {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly DgiField[];
  /** Candidate key of lines. Not unique: replace the lines of a row as a whole. */
  readonly itemKeyHint: readonly string[];
};

/** An optional restriction of a request, besides time and dealer. */
export type DgiFilter = {
  readonly name: string;
  readonly description: string;
  /** Names that other servers use for it. */
  readonly aliases: readonly string[];
};

/** One of the 15 read operations of DGI v1.3. */
export type DgiModule = {
  /** The name used in jobs: `prospect`, `spk_read`, ... */
  readonly fetchType: string;
  /** The name in the protocol: `prsp`, `spk`, ... Also fit for table names. */
  readonly module: string;
  /** Path below the base URL, with a leading slash: `/prsp/read`. */
  readonly path: string;
  readonly area: 'H1' | 'H23';
  readonly title: string;
  readonly appearsWhen: string;
  /** `['dealerId', <document number>]`: both are also among `fields`. */
  readonly naturalKey: readonly ['dealerId', string];
  readonly fields: readonly DgiField[];
  readonly nested: readonly DgiNested[];
  /** Without fromTime, toTime and dealerId, which every module has. */
  readonly filters: readonly DgiFilter[];
  /** The filter that a job's `no_po` stands for; null where a module has none. */
  readonly noPoFilter: string | null;
};

const COMMON_FILTERS = new Set(['fromTime', 'toTime', 'dealerId']);
const PURCHASE_ORDER_FILTERS = new Set(['noPO', 'poId']);
const DATE = 'DD/MM/YYYY';
const DATE_TIME = 'DD/MM/YYYY HH:MM:SS';

/** All modules by fetch_type, in the order of the document. */
export const dgiModules: ReadonlyMap<string, DgiModule> = new Map(
  readModuleFile().map((entry) => [entry.fetchType, toModule(entry)]),
);

/** The known values of a job's `fetch_type`, in the order of the document. */
export const fetchTypes: readonly string[] = [...dgiModules.keys()];

/** The module of a fetch_type. @throws RangeError naming the known ones. */
export function moduleOf(fetchType: string): DgiModule {
  const found = dgiModules.get(fetchType);
  if (found === undefined) throw new RangeError(`fetch_type must be one of ${fetchTypes.join(', ')}`);
  return found;
}

function toModule(entry: FileModule): DgiModule {
  const filters = entry.filters
    .filter(({ name }) => !COMMON_FILTERS.has(name))
    .map(({ name, description, aliases = [] }) => ({ name, description, aliases }));
  const { fetchType, module, area, title, appearsWhen, naturalKey } = entry;
  return {
    fetchType,
    module,
    area,
    title,
    appearsWhen,
    naturalKey,
    filters,
    path: `/${module}/read`,
    fields: entry.fields.filter((field): field is FileScalar => field.type !== 'array').map(toField),
    nested: entry.fields.filter((field): field is FileArray => field.type === 'array').map(toNested),
    noPoFilter: filters.find(({ name }) => PURCHASE_ORDER_FILTERS.has(name))?.name ?? null,
  };
}

function toNested({ name, description, items, itemKeyHint }: FileArray): DgiNested {
  return { name, description, itemKeyHint, fields: items.map(toField) };
}

function toField(field: FileScalar): DgiField {
  const { name, maxLength, description, aliases = [], codes = {}, template = null, personal = null } = field;
  const common = { name, maxLength, description, aliases, codes, template, personal };
  return { ...common, kind: kindOf(field), decimals: decimalsOf(field), required: field.required === true };
}

function kindOf({ type, format, codes }: FileScalar): DgiKind {
  if (format === DATE) return 'date';
  if (format === DATE_TIME) return 'datetime';
  if (format === 'HH:MM' || format === 'HH.MM') return 'time';
  if (format === 'decimal comma' || ['number', 'int', 'float', 'decimal'].includes(type)) return 'number';
  return codes === undefined ? 'text' : 'code';
}

function decimalsOf({ format, type }: FileScalar): number {
  if (format === '0.00' || type === 'decimal') return 2;
  return format === 'decimal comma' ? 6 : 0;
}
