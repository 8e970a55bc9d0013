import type { Job } from '@lanekeeper/contracts';
import type { Kysely, Transaction } from 'kysely';
import { fromRow } from '../database/job-row.ts';
import type { StatusSchema } from '../database/schema.ts';
import type { DecodedEvent } from './decode-event.ts';
import { foldBatch } from './fold-batch.ts';
import type { Lease } from './lease.ts';
import { storeBatch } from './store-batch.ts';

/** What happened to a batch. */
export type Applied = { appliedSeq: number; bad: number };

/**
 * Applies events in stream order in one transaction, together with the position after them: either all of it is stored
 * or nothing. Events that the position already covers are left out, so a batch whose commit got no answer can be applied
 * again. `after` is the position that the batch follows.
 * @throws LeaseLost when this replica may not write, and whatever the database throws.
 */
export async function applyBatch(
  db: Kysely<StatusSchema>,
  lease: Lease,
  after: number,
  batch: readonly DecodedEvent[],
): Promise<Applied> {
  return db.transaction().execute(async (tx) => {
    const position = await lease.lockPosition(tx, after);
    const fresh = batch.filter((event) => event.seq > position);
    const last = fresh.at(-1);
    if (last === undefined) return { appliedSeq: position, bad: 0 };
    const outcome = foldBatch(await loadJobs(tx, fresh), fresh);
    await storeBatch(tx, outcome);
    await lease.movePosition(tx, last.seq);
    return { appliedSeq: last.seq, bad: outcome.bad.length };
  });
}

async function loadJobs(tx: Transaction<StatusSchema>, batch: readonly DecodedEvent[]): Promise<Map<string, Job>> {
  const ids = new Set(batch.flatMap(({ event }) => (event === undefined ? [] : [event.jobId])));
  if (ids.size === 0) return new Map();
  const rows = await tx
    .selectFrom('jobs')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

/** Errors that come from what is stored and not from the state of the database. */
const DATA_ERRORS = new Set([
  'ER_DATA_TOO_LONG',
  'ER_WARN_DATA_OUT_OF_RANGE',
  'ER_TRUNCATED_WRONG_VALUE',
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  'ER_NET_PACKET_TOO_LARGE',
  'ER_BAD_NULL_ERROR',
  'ER_INVALID_CHARACTER_STRING',
]);

/** The code of an error that an event's content causes; such an event would fail for ever. */
export function dataErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && DATA_ERRORS.has(code) ? code : undefined;
}
