import { createHash } from 'node:crypto';
import type { ListingData } from '@lanekeeper/contracts';

/**
 * What makes two posts the same: a hash over everything in the listing, photo URLs included (as text: a photo that moves
 * makes another listing), in an order of its own. Lower case hexadecimal.
 */
export function contentHash(listing: ListingData): string {
  return createHash('sha256').update(canonical(listing)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = fields.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}
