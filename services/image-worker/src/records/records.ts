import {
  type Backoff,
  type ChunkLimits,
  isTransientDatabaseError,
  readChunkLimits,
  retry,
} from '@lanekeeper/service-kit';
import { type Kysely, sql } from 'kysely';
import { BatchWriter } from './batch-writer.ts';
import type { ImagesDatabase } from './records-schema.ts';
import { type PhotoChange, type PhotoOutcome, sizeOfChange, writePhotos } from './write-photos.ts';

/**
 * The records whose photos are worked on. Both calls wait for a database that is down until the signal aborts: a
 * finished image is worth more than the time of its job.
 */
export type Records = {
  /** The current photo of a vendor's record; undefined when the vendor has no such record. */
  readPhoto: (recordId: string, vendorId: string, signal: AbortSignal) => Promise<{ url: string | null } | undefined>;
  /** Replaces a photo unless it was replaced meanwhile; gathered with the other changes of the moment. */
  replacePhoto: (change: PhotoChange, signal: AbortSignal) => Promise<PhotoOutcome>;
};

/** Capped well below a lane's patience: a database that is back is noticed within two seconds. */
const BACKOFF: Backoff = { firstMs: 100, maxMs: 2_000 };

/** Makes {@link Records} over a database. */
export function createRecords(db: Kysely<ImagesDatabase>): Records {
  let limits: Promise<ChunkLimits> | undefined;
  const writer = new BatchWriter<PhotoChange, PhotoOutcome>({
    write: (changes) => writePhotos(db, changes),
    sizeOf: sizeOfChange,
    limits: () => {
      limits ??= readChunkLimits(db).catch((error: unknown) => {
        limits = undefined;
        throw error;
      });
      return limits;
    },
    canPass: (error) => isTransientDatabaseError(error) || isPacketTooLarge(error),
    mayBeTooLarge: (error) => isPacketTooLarge(error) || ['ECONNRESET', 'EPIPE'].includes(codeOf(error)),
    backoff: BACKOFF,
  });
  return {
    readPhoto: (recordId, vendorId, signal) =>
      retry(() => readPhoto(db, recordId, vendorId), { canPass: isTransientDatabaseError, backoff: BACKOFF, signal }),
    replacePhoto: (change, signal) => writer.write(change, signal),
  };
}

async function readPhoto(db: Kysely<ImagesDatabase>, recordId: string, vendorId: string) {
  const { rows } = await sql<{ url: string | null }>`
    SELECT photo_url AS url FROM data_records
    WHERE id = ${recordId} AND BINARY id = ${recordId} AND BINARY COALESCE(vendor_id, 'default') = ${vendorId}
  `.execute(db);
  return rows[0];
}

const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? '';
const isPacketTooLarge = (error: unknown) => codeOf(error) === 'ER_NET_PACKET_TOO_LARGE';
