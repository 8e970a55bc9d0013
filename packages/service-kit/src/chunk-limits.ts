import { type Kysely, sql } from 'kysely';

/** How many rows and bytes go into one statement. */
export type ChunkLimits = { rows: number; bytes: number };

/** Most rows in one statement. */
export const MAX_CHUNK_ROWS = 500;
/** Most bytes in one statement, however much the server would take. */
const MAX_BYTES = 1_000_000;

/** How much one statement may hold: a quarter of the server's `max_allowed_packet` at most. */
export async function readChunkLimits<Schema>(db: Kysely<Schema>): Promise<ChunkLimits> {
  const { rows } = await sql<{ packet: number | bigint }>`SELECT @@max_allowed_packet AS packet`.execute(db);
  const packet = Number(rows[0]?.packet);
  if (!(packet > 0)) throw new Error('the database did not say its max_allowed_packet');
  return { rows: MAX_CHUNK_ROWS, bytes: Math.min(MAX_BYTES, Math.floor(packet / 4)) };
}
