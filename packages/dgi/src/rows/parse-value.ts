import type { DgiField } from '../modules/module-table.ts';
import type { DgiValue, RowNoteCode } from './dgi-row.ts';
import { parseDate } from './parse-date.ts';
import { integerDigits, MAX_INTEGER_DIGITS, parseNumber } from './parse-number.ts';
import { templatePattern } from './template-pattern.ts';

/** The longest text a column must hold, in characters; a longer one stands in `extra`. */
export const MAX_TEXT_LENGTH = 1_000;

/** What a value came to. */
export type ReadValue = {
  readonly value: DgiValue;
  readonly note?: RowNoteCode;
  /** The column does not hold all of it: the value as sent belongs into `extra`. */
  readonly keepOriginal?: true;
};

const MISSING: ReadValue = { value: null };
const TIME = /^(\d{1,3})[:.](\d{2})(?:[:.](\d{2}))?$/;

/** Whether a value counts as absent: nothing, null, or a text of spaces. */
export function isMissing(raw: unknown): boolean {
  return raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '');
}

/** Reads one value for its field's column. Never throws: what does not fit is noted. */
export function parseValue(field: DgiField, raw: unknown, timeZone: string): ReadValue {
  if (isMissing(raw)) return MISSING;
  switch (field.kind) {
    case 'number':
      return readNumber(field, raw);
    case 'date':
      return typeof raw === 'string' ? readDate(raw.trim(), timeZone) : unfit('NOT_A_DATE');
    case 'datetime':
      return typeof raw === 'string' ? readDateTime(raw.trim(), timeZone) : unfit('NOT_A_DATE');
    case 'time':
      return typeof raw === 'string' ? readTime(raw.trim()) : unfit('NOT_A_TIME');
    case 'code':
    case 'text':
      return readText(field, raw);
  }
}

const unfit = (note: RowNoteCode): ReadValue => ({ value: null, note, keepOriginal: true });

function readText(field: DgiField, raw: unknown): ReadValue {
  if (typeof raw === 'object') return unfit('NOT_TEXT');
  const value = String(raw).trim();
  if (value.length > MAX_TEXT_LENGTH) return unfit('TEXT_TOO_LONG');
  if (field.kind === 'code') return Object.hasOwn(field.codes, value) ? { value } : { value, note: 'CODE_UNKNOWN' };
  if (field.maxLength !== null && value.length > field.maxLength) return { value, note: 'TEXT_TOO_LONG' };
  return field.template === null || hasShape(value, field.template) ? { value } : { value, note: 'TEMPLATE_MISMATCH' };
}

/** Some fields hold several numbers, comma separated. */
function hasShape(value: string, template: string): boolean {
  const pattern = templatePattern(template);
  return value.split(',').every((part) => pattern.test(part.trim()));
}

function readNumber({ decimals, maxLength }: DgiField, raw: unknown): ReadValue {
  const value = parseNumber(raw, decimals);
  if (value === undefined) return unfit('NOT_A_NUMBER');
  const digits = integerDigits(value);
  if (digits > MAX_INTEGER_DIGITS) return unfit('NUMBER_TOO_LONG');
  return maxLength !== null && digits > maxLength ? { value, note: 'NUMBER_TOO_LONG' } : { value };
}

function readDate(text: string, timeZone: string): ReadValue {
  const read = parseDate(text, timeZone);
  if (read === undefined) return unfit('NOT_A_DATE');
  const whole = read.time === '00:00:00';
  return whole ? { value: read.date } : { value: read.date, note: 'TIME_DROPPED', keepOriginal: true };
}

function readDateTime(text: string, timeZone: string): ReadValue {
  const read = parseDate(text, timeZone);
  if (read === undefined) return unfit('NOT_A_DATE');
  const value = `${read.date} ${read.time}`;
  return read.timeGiven ? { value } : { value, note: 'TIME_MISSING' };
}

function readTime(text: string): ReadValue {
  const [, hours = '', minutes = '', seconds] = TIME.exec(text) ?? [];
  // 838 hours is the most that a database's TIME holds; totals are durations.
  if (hours === '' || Number(hours) > 838 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) {
    return unfit('NOT_A_TIME');
  }
  return { value: [hours.padStart(2, '0'), minutes, ...(seconds === undefined ? [] : [seconds])].join(':') };
}
