import type { DgiModule } from '../modules/module-table.ts';
import type { DgiItem, ReadRowOptions, RowNote, RowOutcome } from './dgi-row.ts';
import { type ModulePlan, type NestedPlan, planOf } from './module-plan.ts';
import { isMissing } from './parse-value.ts';
import { type RowKey, readKey } from './read-key.ts';
import { isRawObject, type RawObject, readObject } from './read-object.ts';

/**
 * Reads one row as sent into columns, lines and what no column holds. Field names match without regard to case, by any
 * known spelling; only a row without a key, or of a dealer that was not asked for, is refused.
 */
export function parseRow(module: DgiModule, raw: unknown, options: ReadRowOptions): RowOutcome {
  const key = readKey(module, raw, options);
  return key.ok ? { ok: true, row: readRow(planOf(module), key, options.timeZone) } : key;
}

function readRow(plan: ModulePlan, { raw, dealerId, documentNumber, filled }: RowKey, timeZone: string) {
  const notes: RowNote[] = [];
  const { columns, extra } = readObject(raw, plan, { timeZone, notes, prefix: '', skip: plan.nestedSpellings });
  columns[plan.dealerField.name] = dealerId;
  columns[plan.keyField.name] = documentNumber;
  if (filled) notes.push({ code: 'DEALER_ID_FILLED', field: plan.dealerField.name });
  const nested = readNested(plan, raw, { timeZone, notes, extra });
  return { dealerId, documentNumber, columns, nested, extra: Object.fromEntries(extra), notes };
}

type Context = { timeZone: string; notes: RowNote[]; extra: [string, unknown][] };

function readNested(plan: ModulePlan, raw: RawObject, context: Context): Record<string, DgiItem[]> {
  const nested = Object.fromEntries(plan.nested.map(({ name }): [string, DgiItem[]] => [name, []]));
  if (plan.nested.length === 0) return nested;
  for (const name in raw) {
    const found = plan.nested[plan.nestedSpellings.find(name) ?? -1];
    if (found !== undefined) nested[found.name]?.push(...readItems(found, raw[name], context));
  }
  return nested;
}

function readItems(plan: NestedPlan, sent: unknown, { timeZone, notes, extra }: Context): DgiItem[] {
  if (isMissing(sent)) return [];
  const list = Array.isArray(sent) ? sent.filter((item) => !isMissing(item)) : [sent];
  const objects = list.filter(isRawObject);
  if (!Array.isArray(sent) || objects.length < list.length) notes.push({ code: 'NOT_A_LIST', field: plan.name });
  if (objects.length < list.length) extra.push([plan.name, list.filter((item) => !isRawObject(item))]);
  return objects.map((item) => readItem(plan, item, { timeZone, notes })).filter(hasContent);
}

function readItem(plan: NestedPlan, item: RawObject, context: { timeZone: string; notes: RowNote[] }): DgiItem {
  const { columns, extra } = readObject(item, plan, { ...context, prefix: `${plan.name}.` });
  return { columns, extra: Object.fromEntries(extra) };
}

/** A document joined with no line comes as one line of nulls. */
function hasContent({ columns, extra }: DgiItem): boolean {
  return (
    Object.values(columns).some((value) => value !== null) || Object.values(extra).some((value) => !isMissing(value))
  );
}
