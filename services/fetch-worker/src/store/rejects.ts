import { type DgiModule, type DgiRow, maskPersonal, type RowReject } from '@lanekeeper/dgi';
import { type ChunkLimits, chunk, type SecretBox } from '@lanekeeper/service-kit';
import type { Insertable, Kysely } from 'kysely';
import { type FetchDatabase, type FetchRejectsTable, rejectOwner } from './fetch-schema.ts';
import type { RefusedRow } from './store-rows.ts';

/** Whose rows were refused. */
export type RejectsOf = {
  readonly jobId: string;
  readonly position: number;
  readonly dealerId: string;
  readonly module: DgiModule;
};

/** What refused rows are noted with. */
export type RejectsContext = { readonly box: SecretBox; readonly limits: ChunkLimits };

type Reject = { reason: string; message: string; raw: unknown };

/** A refused row for the list of rejects: as sent if it was refused as sent. */
export function toReject(refused: RowReject | RefusedRow): Reject {
  const { reason, message } = refused;
  return { reason, message, raw: 'row' in refused ? rawOf(refused.row) : refused.raw };
}

/** Notes refused rows: masked for people to look at, and as they were only sealed. */
export async function addRejects(
  db: Kysely<FetchDatabase>,
  of: RejectsOf,
  rejects: readonly Reject[],
  { box, limits }: RejectsContext,
): Promise<void> {
  const rows = rejects.map((reject) => rowOf(of, reject, box, limits));
  // Bytes travel as hexadecimal digits.
  const sizeOf = ({ masked, sealed }: Row) => masked.length * 2 + (sealed?.length ?? 0) * 2;
  for (const part of chunk(rows, limits, sizeOf)) await db.insertInto('fetch_rejects').values(part).execute();
}

type Row = Insertable<FetchRejectsTable>;

function rowOf(
  { jobId, position, dealerId, module }: RejectsOf,
  reject: Reject,
  box: SecretBox,
  limits: ChunkLimits,
): Row {
  const masked = JSON.stringify(maskPersonal(module, reject.raw) ?? null);
  const raw = Buffer.from(JSON.stringify(reject.raw) ?? 'null', 'utf8');
  const fits = raw.length * 4 <= limits.bytes;
  return {
    job_id: jobId,
    position,
    dealer_id: dealerId,
    fetch_type: module.fetchType,
    reason: reject.reason,
    message: reject.message.slice(0, 500),
    masked: fits ? masked : JSON.stringify('left out: too large'),
    sealed: fits ? box.sealBytes(rejectOwner(jobId), raw) : null,
    created_at: new Date(),
  };
}

function rawOf({ columns, nested, extra }: DgiRow): object {
  const lines = Object.entries(nested).map(([name, items]) => [
    name,
    items.map((item) => ({ ...item.extra, ...item.columns })),
  ]);
  return { ...extra, ...columns, ...Object.fromEntries(lines) };
}
