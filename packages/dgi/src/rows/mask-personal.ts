import type { DgiField, DgiModule } from '../modules/module-table.ts';
import { type FieldsPlan, planOf } from './module-plan.ts';
import { isMissing } from './parse-value.ts';
import { isRawObject, type RawObject } from './read-object.ts';

/** Kinds of personal data that are coarse or internal. */
const HARMLESS = new Set(['region', 'staff-id']);

/** Whether a field holds personal data that must not be shown. */
export function isPersonal({ personal }: DgiField): boolean {
  return personal !== null && !HARMLESS.has(personal);
}

/**
 * A row as sent, fit for an error report: values of personal fields are replaced by `***`, and so is every value of a
 * field that the module does not know and all of a row that is no object. Which fields were sent, and which were empty,
 * stays visible.
 */
export function maskPersonal(module: DgiModule, raw: unknown): unknown {
  if (!isRawObject(raw)) return mask(raw);
  const plan = planOf(module);
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => {
      const lines = plan.nested[plan.nestedSpellings.find(name) ?? -1];
      return [name, lines === undefined ? maskField(plan, name, value) : maskLines(lines, value)];
    }),
  );
}

function maskLines(plan: FieldsPlan, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((line) => maskLines(plan, line));
  return isRawObject(value) ? maskLine(plan, value) : mask(value);
}

function maskLine(plan: FieldsPlan, line: RawObject): RawObject {
  return Object.fromEntries(Object.entries(line).map(([name, value]) => [name, maskField(plan, name, value)]));
}

function maskField({ fields, spellings }: FieldsPlan, name: string, value: unknown): unknown {
  const field = fields[spellings.find(name) ?? -1];
  const shown = field !== undefined && !isPersonal(field) && typeof value !== 'object';
  return shown ? value : mask(value);
}

function mask(value: unknown): unknown {
  return isMissing(value) ? value : '***';
}
