import { hash } from 'node:crypto';
import type { DgiRow } from '@lanekeeper/dgi';

/** A row ready to be compared and stored. */
export type PreparedRow = {
  readonly row: DgiRow;
  /** SHA-256 of all that is stored of it: the same hash means nothing to write. */
  readonly hash: Buffer;
  /** What its statement takes at most, lines not counted, in bytes. */
  readonly bytes: number;
};

/** Hashes a row and estimates its size. */
export function prepareRow(row: DgiRow): PreparedRow {
  // Servers send unknown fields in any order; known ones stand in the module's.
  const header = JSON.stringify([row.columns, sorted(row.extra)]);
  const content = `${header}\n${JSON.stringify(row.nested)}`;
  return { row, hash: hash('sha256', content, 'buffer'), bytes: Buffer.byteLength(header) + OWN_BYTES };
}

/** Hash, job and times. */
const OWN_BYTES = 200;

function sorted(extra: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1));
}
