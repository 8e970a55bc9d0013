import type { ChunkLimits } from '@lanekeeper/service-kit';

/** The longest beginning of a list that keeps within the limits; at least one row, even when that is too large. */
export function takeChunk<Row>(rows: readonly Row[], sizeOf: (row: Row) => number, limits: ChunkLimits): Row[] {
  const chunk: Row[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, Math.max(1, limits.rows))) {
    bytes += sizeOf(row);
    if (chunk.length > 0 && bytes > limits.bytes) break;
    chunk.push(row);
  }
  return chunk;
}
