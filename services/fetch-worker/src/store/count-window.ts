import type { DgiModule, RowOutcome } from '@lanekeeper/dgi';
import type { ChunkLimits } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { tablesOf } from '../tables/table-plan.ts';
import { chunksOf, forEachChunk } from './chunks.ts';
import type { FetchDatabase } from './fetch-schema.ts';
import type { WindowCounts } from './runs.ts';
import { sortRows } from './write-chunk.ts';

/** What storing a window would come to, with nothing written and nothing locked. */
export async function countWindow(
  db: Kysely<FetchDatabase>,
  of: { readonly module: DgiModule; readonly dealerId: string; readonly limits: ChunkLimits },
  outcomes: Iterable<RowOutcome>,
  signal: AbortSignal,
): Promise<WindowCounts> {
  const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
  const context = { ...of, tables: tablesOf(of.module), jobId: '' };
  await forEachChunk(chunksOf(outcomes, of.limits), async ({ rows, rejects }) => {
    signal.throwIfAborted();
    counts.rejected += rejects.length;
    if (rows.length === 0) return;
    const { added, changed, unchanged } = await sortRows(db, context, rows, false);
    counts.inserted += added.length;
    counts.updated += changed.length;
    counts.unchanged += unchanged;
  });
  return counts;
}
