import type { DgiValue, RowNote } from './dgi-row.ts';
import type { FieldsPlan, Spellings } from './module-plan.ts';
import { isMissing, parseValue } from './parse-value.ts';

/** A JSON object. */
export type RawObject = Readonly<Record<string, unknown>>;

/** Columns of one row or line, and where all else goes. */
export type ReadObject = {
  readonly columns: Record<string, DgiValue>;
  /** Names and values that no column holds. */
  readonly extra: [string, unknown][];
};

/** Whether a value is a JSON object. */
export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the fields of one row or line.
 * @param prefix put before field names in notes: `unit.` or nothing.
 * @param skip names that are not fields: the nested tables.
 */
export function readObject(
  raw: RawObject,
  from: FieldsPlan,
  context: { timeZone: string; prefix: string; notes: RowNote[]; skip?: Spellings<number> },
): ReadObject {
  const extra: [string, unknown][] = [];
  const sent = collect(raw, from, { ...context, extra });
  const columns: Record<string, DgiValue> = { ...from.empty };
  from.fields.forEach((field, place) => {
    const read = parseValue(field, sent[place], context.timeZone);
    columns[field.name] = read.value;
    if (read.note !== undefined) context.notes.push(toNote(read.note, context.prefix + field.name, read.value));
    if (read.keepOriginal) extra.push([field.name, sent[place]]);
  });
  return { columns, extra };
}

function collect(
  raw: RawObject,
  { fields, spellings }: FieldsPlan,
  {
    prefix,
    notes,
    skip,
    extra,
  }: { prefix: string; notes: RowNote[]; skip?: Spellings<number>; extra: [string, unknown][] },
): unknown[] {
  const sent: unknown[] = new Array(fields.length);
  for (const name in raw) {
    const value = raw[name];
    const place = spellings.find(name);
    if (place === undefined) {
      if (skip?.find(name) === undefined) extra.push([name, value]);
    } else if (isMissing(sent[place])) {
      sent[place] = value;
    } else if (!isMissing(value) && value !== sent[place]) {
      extra.push([name, value]);
      notes.push({ code: 'TWO_SPELLINGS', field: prefix + (fields[place]?.name ?? name) });
    }
  }
  return sent;
}

function toNote(code: RowNote['code'], field: string, value: DgiValue): RowNote {
  return code === 'CODE_UNKNOWN' ? { code, field, value: String(value).slice(0, 40) } : { code, field };
}
