import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { isTransientDatabaseError, retry, type SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { type FetchDatabase, rawOwner } from '../store/fetch-schema.ts';
import { DATABASE_BACKOFF } from '../store/store-window.ts';

/** An answer to be kept. */
export type RawAnswer = { jobId: string; position: number; dealerId: string; body: Buffer };

/** What keeping answers takes. */
export type RawParts = { readonly db: Kysely<FetchDatabase>; readonly box: SecretBox };

/** Bytes travel as hexadecimal digits: one part is an eighth of a megabyte in a statement. */
const PART_BYTES = 65_536;
const PARTS_PER_STATEMENT = 4;

/** Keeps an answer compressed and sealed, in place of an earlier one of the same window. */
export async function keepRaw({ db, box }: RawParts, raw: RawAnswer, signal: AbortSignal): Promise<void> {
  const { jobId, position, dealerId, body } = raw;
  const packed = await promisify(gzip)(body, { level: constants.Z_BEST_SPEED });
  const count = Math.ceil(packed.length / PART_BYTES);
  const again = { canPass: isTransientDatabaseError, backoff: DATABASE_BACKOFF, signal };
  await retry(() => remove(db, jobId, position), again);
  for (let first = 0; first < count; first += PARTS_PER_STATEMENT) {
    const rows = Array.from({ length: Math.min(PARTS_PER_STATEMENT, count - first) }, (_, at) => {
      const part = first + at;
      const bytes = packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
      const sealed = box.sealBytes(rawOwner(jobId, position, part), bytes);
      return { job_id: jobId, position, part, dealer_id: dealerId, sealed, created_at: new Date() };
    });
    // Written again after a lost answer, a part is there already, and is the same.
    await retry(() => db.insertInto('fetch_raw').ignore().values(rows).execute(), again);
  }
}

async function remove(db: Kysely<FetchDatabase>, jobId: string, position: number): Promise<void> {
  await db.deleteFrom('fetch_raw').where('job_id', '=', jobId).where('position', '=', position).execute();
}

/** A kept answer as it was received; undefined when it is not kept (any more). @throws SecretError */
export async function readRaw({ db, box }: RawParts, jobId: string, position: number): Promise<Buffer | undefined> {
  const query = db.selectFrom('fetch_raw').select(['part', 'sealed']).where('job_id', '=', jobId);
  const parts = await query.where('position', '=', position).orderBy('part').execute();
  if (parts.length === 0) return undefined;
  const packed = parts.map(({ part, sealed }) => box.openBytes(rawOwner(jobId, position, part), sealed));
  return await promisify(gunzip)(Buffer.concat(packed));
}
