import type { Behaviour } from './behaviour.ts';
import type { Style } from './dealer-groups.ts';
import { joinedRows, realRow } from './row-styles.ts';
import type { StoredRow } from './world/scene.ts';
import { moduleNamed } from './world/write-row.ts';

const NOTHING = 'Tidak Ada Data Pada Periode ini';
/** Rows per piece of a streamed answer. */
const PIECE = 200;

/** The answer to a refused request. */
export function refuse(style: Style, text: string): object {
  return { status: 0, message: style === 'real' ? text : { message1: text }, data: null };
}

/** The answer to a request that found nothing. */
export function nothing(style: Style): object {
  return style === 'real' ? { status: 0, message: NOTHING, data: null } : { status: 1, message: null, data: [] };
}

/** The rows of an answer as they are sent. */
export function* sentRows(
  rows: Iterable<StoredRow>,
  { style, joinedLines, rowsWithoutKey = 0, foreignRows = 0 }: Behaviour & { style: Style },
): Generator<Record<string, unknown>, void> {
  let first = true;
  for (const stored of rows) {
    const sent = style === 'real' ? realRow(stored) : stored.row;
    const keyName = moduleNamed(stored.module).naturalKey[1];
    if (first) {
      for (let count = 0; count < rowsWithoutKey; count += 1) yield { ...sent, [keyName]: count % 2 === 0 ? '' : null };
      for (let count = 0; count < foreignRows; count += 1) yield { ...sent, dealerId: '99999' };
      first = false;
    }
    if (joinedLines) yield* joinedRows(stored.module, sent);
    else yield sent;
  }
}

/** The text of an answer with rows, in pieces: a huge one never stands in memory whole. */
export function* answerText(rows: Iterable<Record<string, unknown>>): Generator<string, void> {
  let piece: string[] = [];
  let opening = '{"status":1,"message":null,"data":[';
  for (const row of rows) {
    piece.push(JSON.stringify(row));
    if (piece.length < PIECE) continue;
    yield opening + piece.join(',');
    opening = ',';
    piece = [];
  }
  yield `${piece.length > 0 ? opening + piece.join(',') : opening.replace(/^,$/, '')}]}`;
}
