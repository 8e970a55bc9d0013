/** A value fit for a typed column: see `DgiKind` for its form. */
export type DgiValue = string | number | null;

/**
 * What is unusual about a row that is kept all the same:
 * - `TEXT_TOO_LONG`, `NUMBER_TOO_LONG`: longer than the document declares; the column holds it whole. Beyond 1,000
 *   characters or 15 digits the column is null and the value stands in `extra`.
 * - `TEMPLATE_MISMATCH`: a document number of another shape.
 * - `CODE_UNKNOWN`: not in the list of codes; kept as text, `value` names it.
 * - `NOT_A_DATE`, `NOT_A_TIME`, `NOT_A_NUMBER`, `NOT_TEXT`: the column is null and the value stands in `extra`.
 * - `TIME_MISSING`: a date where a time stamp belongs, taken as midnight.
 * - `TIME_DROPPED`: a time stamp where a date belongs; the original stands in `extra`.
 * - `DEALER_ID_FILLED`: the row named no dealer, and one was asked for.
 * - `NOT_A_LIST`: lines that are no list, or a line that is no object; the value stands in `extra`.
 * - `ROWS_MERGED`: made of several rows of one key, as sent by servers that answer one row per joined line.
 * - `TWO_SPELLINGS`: one field under two spellings with two values; the first is taken, the other stands in `extra`.
 */
export type RowNoteCode =
  | 'TEXT_TOO_LONG'
  | 'NUMBER_TOO_LONG'
  | 'TEMPLATE_MISMATCH'
  | 'CODE_UNKNOWN'
  | 'NOT_A_DATE'
  | 'NOT_A_TIME'
  | 'NOT_A_NUMBER'
  | 'NOT_TEXT'
  | 'TIME_MISSING'
  | 'TIME_DROPPED'
  | 'DEALER_ID_FILLED'
  | 'NOT_A_LIST'
  | 'ROWS_MERGED'
  | 'TWO_SPELLINGS';

/** Carries no personal data: safe for logs, events and counts. */
export type RowNote = {
  readonly code: RowNoteCode;
  /** The field's name; `unit.kodeWarna` inside lines. */
  readonly field: string;
  /** Only for `CODE_UNKNOWN`: the unknown code, cut to 40 characters. */
  readonly value?: string;
};

/** One line of a row. */
export type DgiItem = {
  /** A value for each field of the nested table, in its order. */
  readonly columns: Readonly<Record<string, DgiValue>>;
  /** Unknown fields, and values their column cannot hold, as sent. */
  readonly extra: Readonly<Record<string, unknown>>;
};

/** A row that can be stored. */
export type DgiRow = {
  /** The natural key: the dealer and the document number, both non-empty; at most 190 characters each. */
  readonly dealerId: string;
  readonly documentNumber: string;
  /** A value for each field of the module, key included, in the module's order. */
  readonly columns: Readonly<Record<string, DgiValue>>;
  /** The lines of each nested table of the module; an empty list where none were sent. */
  readonly nested: Readonly<Record<string, readonly DgiItem[]>>;
  /** Unknown fields, and values their column cannot hold, as sent. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly notes: readonly RowNote[];
};

/**
 * Why a row cannot be stored:
 * - `NOT_AN_OBJECT`: the row is no JSON object.
 * - `KEY_MISSING`: no document number. `KEY_TOO_LONG`: one of more than 190 characters.
 * - `DEALER_MISSING`: no dealerId, and the request did not name one dealer.
 * - `DEALER_NOT_ASKED`: a row of another dealer than the one asked for.
 */
export type RejectCode = 'NOT_AN_OBJECT' | 'KEY_MISSING' | 'KEY_TOO_LONG' | 'DEALER_MISSING' | 'DEALER_NOT_ASKED';

/** A row that was refused; `message` is free of personal data, `raw` is not. */
export type RowReject = {
  readonly ok: false;
  readonly reason: RejectCode;
  readonly message: string;
  readonly raw: unknown;
};

/** What reading one row came to. */
export type RowOutcome = { readonly ok: true; readonly row: DgiRow } | RowReject;

/** What reading rows depends on besides the module. */
export type ReadRowOptions = {
  /** The one dealer that was asked for: rows without a dealer are taken to be his, rows of others are refused. */
  readonly askedDealerId?: string;
  /** IANA zone of the dealer group's server, for values that carry a zone of their own (ISO 8601). */
  readonly timeZone: string;
};
