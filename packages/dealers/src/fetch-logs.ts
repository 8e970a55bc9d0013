import type { Kysely, Selectable } from 'kysely';
import type { DealersDatabase, FetchLogsTable } from './dealers-schema.ts';

/** What one attempt of a fetch job came to. */
export type FetchLog = Selectable<FetchLogsTable>;

/** What to list. */
export type FetchLogFilter = { dealerId?: string | undefined; fetchType?: string | undefined; limit: number };

const MAX_MESSAGE = 1_000;

/** Notes an attempt; noting it again changes nothing. `error_message` must hold nothing personal. */
export async function addFetchLog(db: Kysely<DealersDatabase>, log: FetchLog): Promise<void> {
  await db
    .insertInto('fetch_logs')
    .ignore()
    .values({ ...log, error_message: log.error_message?.slice(0, MAX_MESSAGE) ?? null })
    .execute();
}

/** The attempts that ended last, newest first; of these dealers only, if given. */
export function listFetchLogs(
  db: Kysely<DealersDatabase>,
  { dealerId, fetchType, limit }: FetchLogFilter,
  onlyDealers?: readonly string[],
): Promise<FetchLog[]> {
  let query = db
    .selectFrom('fetch_logs')
    .selectAll()
    .orderBy('ended_at', 'desc')
    .orderBy('job_id', 'desc')
    .limit(limit);
  if (dealerId !== undefined) query = query.where('dealer_id', '=', dealerId);
  if (fetchType !== undefined) query = query.where('fetch_type', '=', fetchType);
  if (onlyDealers !== undefined) query = query.where('dealer_id', 'in', onlyDealers.length > 0 ? onlyDealers : ['']);
  return query.execute();
}
