import type { Kysely } from 'kysely';
import type { DealersDatabase } from './dealers-schema.ts';

/** Until when finished jobs are hidden from the queue's view; undefined: nothing was cleared yet. */
export async function clearedUntil(db: Kysely<DealersDatabase>, scope: string): Promise<Date | undefined> {
  const row = await db.selectFrom('fetch_clearings').select('cleared_at').where('scope', '=', scope).executeTakeFirst();
  return row?.cleared_at;
}

/** Hides what had finished at `at`; never shows anything again that was hidden. */
export async function clearUntil(db: Kysely<DealersDatabase>, scope: string, at: Date): Promise<void> {
  await db
    .insertInto('fetch_clearings')
    .values({ scope, cleared_at: at })
    .onDuplicateKeyUpdate(({ fn, ref }) => ({
      cleared_at: fn<Date>('greatest', [ref('cleared_at'), fn<Date>('values', [ref('cleared_at')])]),
    }))
    .execute();
}
