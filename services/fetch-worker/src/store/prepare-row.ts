import { hash } from 'node:crypto';
import type { DgiRow } from '@lanekeeper/dgi';

/** A row ready to be compared and stored. */
export type PreparedRow = {
  readonly row: DgiRow;
  /** SHA-256 of all that is stored of it: the same hash means nothing to write. */
  readonly hash: Buffer;
  /** What it takes in statements at most, its lines included and escapes not, in bytes. */
  readonly bytes: number;
};

/** Hashes a row and estimates its size. */
export function prepareRow(row: DgiRow): PreparedRow {
  // Servers send unknown fields in any order; known ones stand in the module's.
  const content = JSON.stringify([row.columns, row.nested, sorted(row.extra)]);
  return { row, hash: hash('sha256', content, 'buffer'), bytes: Buffer.byteLength(content) + OWN_BYTES };
}

/** Hash, job and times. */
const OWN_BYTES = 200;

function sorted(extra: Readonly<Record<string, unknown>>): [string, unknown][] {
  const entries = Object.entries(extra);
  return entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
