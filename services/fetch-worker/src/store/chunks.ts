import { setImmediate } from 'node:timers/promises';
import type { RowOutcome, RowReject } from '@lanekeeper/dgi';
import type { ChunkLimits } from '@lanekeeper/service-kit';
import { type PreparedRow, prepareRow } from './prepare-row.ts';

/** Rows for one statement, and those that were refused between them. */
export type Chunk = { readonly rows: PreparedRow[]; readonly rejects: RowReject[] };

/** After so many rows others get a turn: the answer of the database, the heartbeat of the lane. */
const TURN_ROWS = 50;

/** Reads rows in chunks that keep within the limits; at least one row each, even when that is too large. */
export async function* chunksOf(outcomes: Iterable<RowOutcome>, limits: ChunkLimits): AsyncGenerator<Chunk, void> {
  let chunk: Chunk = { rows: [], rejects: [] };
  let bytes = 0;
  let read = 0;
  for (const outcome of outcomes) {
    read += 1;
    if (read % TURN_ROWS === 0) await setImmediate();
    const row = outcome.ok ? prepareRow(outcome.row) : undefined;
    const filled = chunk.rows.length + chunk.rejects.length;
    if (filled >= limits.rows || (chunk.rows.length > 0 && bytes + (row?.bytes ?? 0) > limits.bytes)) {
      yield chunk;
      chunk = { rows: [], rejects: [] };
      bytes = 0;
    }
    if (row !== undefined) chunk.rows.push(row);
    else if (!outcome.ok) chunk.rejects.push(outcome);
    bytes += row?.bytes ?? 0;
  }
  if (chunk.rows.length + chunk.rejects.length > 0) yield chunk;
}

/**
 * Does something with each chunk while the next one is being read: reading takes this processor, writing that of the
 * database. @throws the first error of either.
 */
export async function forEachChunk(
  chunks: AsyncGenerator<Chunk, void>,
  act: (chunk: Chunk) => Promise<void>,
): Promise<void> {
  let next = chunks.next();
  for (;;) {
    const { value } = await next;
    if (value === undefined) return;
    next = chunks.next();
    // When the act fails, nobody waits for the next chunk any more.
    next.catch(() => undefined);
    await act(value);
  }
}
