import type { DgiField, DgiModule } from '../modules/module-table.ts';
import type { ReadRowOptions, RejectCode, RowReject } from './dgi-row.ts';
import { type ModulePlan, planOf } from './module-plan.ts';
import { isMissing } from './parse-value.ts';
import { isRawObject, type RawObject } from './read-object.ts';

/** The longest part of a key, in characters: an index of both parts fits any MySQL row format. */
export const MAX_KEY_LENGTH = 190;

/** The key of a row that can be stored. */
export type RowKey = {
  readonly ok: true;
  readonly dealerId: string;
  readonly documentNumber: string;
  /** The row named no dealer. */
  readonly filled: boolean;
  readonly raw: RawObject;
};

/** Reads a row's natural key, or says why the row cannot be stored. */
export function readKey(module: DgiModule, raw: unknown, { askedDealerId }: ReadRowOptions): RowKey | RowReject {
  const plan = planOf(module);
  if (!isRawObject(raw)) return reject('NOT_AN_OBJECT', 'The row is not a JSON object', raw);
  const { dealer, documentNumber } = findKey(plan, raw);
  const keyName = plan.keyField.name;
  if (documentNumber === '') return reject('KEY_MISSING', `The row has no ${keyName}`, raw);
  const dealerId = dealer === '' ? askedDealerId : dealer;
  if (dealerId === undefined)
    return reject('DEALER_MISSING', 'The row has no dealerId, and no dealer was asked for', raw);
  if (askedDealerId !== undefined && dealerId !== askedDealerId) {
    return reject(
      'DEALER_NOT_ASKED',
      `The row belongs to another dealer than ${askedDealerId}, who was asked for`,
      raw,
    );
  }
  const tooLong = documentNumber.length > MAX_KEY_LENGTH ? keyName : dealerId.length > MAX_KEY_LENGTH ? 'dealerId' : '';
  if (tooLong !== '') return reject('KEY_TOO_LONG', `${tooLong} is longer than ${MAX_KEY_LENGTH} characters`, raw);
  return { ok: true, dealerId, documentNumber, filled: dealer === '', raw };
}

function reject(reason: RejectCode, message: string, raw: unknown): RowReject {
  return { ok: false, reason, message, raw };
}

/** Both parts as text, empty when missing. */
function findKey(plan: ModulePlan, raw: RawObject): { dealer: string; documentNumber: string } {
  return { dealer: findPart(plan, plan.dealerField, raw), documentNumber: findPart(plan, plan.keyField, raw) };
}

/** Nearly all rows spell their key as the document does: only the others are searched through. */
function findPart({ fields, spellings }: ModulePlan, wanted: DgiField, raw: RawObject): string {
  const exact = toText(raw[wanted.name]);
  if (exact !== '') return exact;
  const name = Object.keys(raw).find((key) => fields[spellings.find(key) ?? -1] === wanted && !isMissing(raw[key]));
  return name === undefined ? '' : toText(raw[name]);
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
