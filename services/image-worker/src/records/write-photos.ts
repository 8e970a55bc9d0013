import { MAX_CHUNK_ROWS } from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import type { ImagesDatabase } from './records-schema.ts';

/** A record's photo to be replaced: only while it still is `source`. */
export type PhotoChange = { recordId: string; vendorId: string; source: string; photoUrl: string };
/** What became of a change. `written` also when it had been written before. */
export type PhotoOutcome = 'written' | 'changed' | 'missing';

/** The row of the statement's JSON; short keys, since they repeat. */
const toJsonRow = (change: PhotoChange, at: number) => ({
  n: at,
  i: change.recordId,
  v: change.vendorId,
  s: change.source,
  p: change.photoUrl,
});

/** Bytes that a change takes in a statement: quotes and backslashes of the JSON are escaped once more by the driver. */
export const sizeOfChange = (change: PhotoChange): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(toJsonRow(change, MAX_CHUNK_ROWS))));

/**
 * Replaces the photos of up to {@link MAX_CHUNK_ROWS} records in one statement (one parameter, whatever the number of rows)
 * and reads back what each record holds now. The statement is atomic by itself; written again, it changes nothing and
 * reads the same outcome, so that a lost connection needs no transaction to be safe.
 */
export async function writePhotos(
  db: Kysely<ImagesDatabase>,
  changes: readonly PhotoChange[],
): Promise<PhotoOutcome[]> {
  const json = JSON.stringify(changes.map(toJsonRow));
  const found = await db.connection().execute(async (connection) => {
    await sql`
      UPDATE data_records r JOIN ${jsonTable(json)} ON ${sameRecord}
      SET r.photo_url = j.photo_url
      WHERE r.photo_url = j.source COLLATE utf8mb4_bin`.execute(connection);
    return await sql<{ n: number; photo_url: string | null }>`
      SELECT j.n, r.photo_url FROM ${jsonTable(json)} JOIN data_records r ON ${sameRecord}`.execute(connection);
  });
  const photos = new Map(found.rows.map(({ n, photo_url }) => [Number(n), photo_url]));
  return changes.map(({ photoUrl }, at) => outcomeOf(photos.get(at), photoUrl));
}

/** The condition that a row of the JSON means a record of its vendor. */
const sameRecord = sql`r.id = j.id COLLATE utf8mb4_bin
  AND COALESCE(r.vendor_id, 'default') = j.vendor_id COLLATE utf8mb4_bin`;

const jsonTable = (json: string) => sql`JSON_TABLE(${json}, '$[*]' COLUMNS (
  n INT PATH '$.n',
  id VARCHAR(64) CHARACTER SET utf8mb4 PATH '$.i',
  vendor_id VARCHAR(64) CHARACTER SET utf8mb4 PATH '$.v',
  source VARCHAR(2048) CHARACTER SET utf8mb4 PATH '$.s',
  photo_url VARCHAR(2048) CHARACTER SET utf8mb4 PATH '$.p'
)) j`;

function outcomeOf(photo: string | null | undefined, wanted: string): PhotoOutcome {
  if (photo === undefined) return 'missing';
  return photo === wanted ? 'written' : 'changed';
}
