import { setTimeout as sleep } from 'node:timers/promises';
import { DgiError, planRequest, type QuotaRule } from '@lanekeeper/dgi';
import type { Kysely } from 'kysely';
import type { DealerAccess } from './dealers.ts';
import type { DealersDatabase } from './dealers-schema.ts';

/**
 * Counts one request against a credential's quota, over all processes, and waits for its pace.
 * @throws DgiError DGI_QUOTA when the day's quota is used up; the signal's reason.
 */
export async function takeRequest(
  db: Kysely<DealersDatabase>,
  { quota, credentialDigest }: Pick<DealerAccess, 'quota' | 'credentialDigest'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const plan = await planLocked(db, credentialDigest, quota);
    if (plan.kind === 'send') return;
    if (plan.kind === 'refuse') {
      const limit = `${plan.perDay} requests of ${plan.day}`;
      throw new DgiError('DGI_QUOTA', `The credential has used the ${limit} that it is allowed`, { retryable: false });
    }
    await sleep(plan.ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Decides under a lock on the credential's row, and notes the request if it is to be sent. */
function planLocked(db: Kysely<DealersDatabase>, digest: string, quota: QuotaRule) {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('dealer_request_usage')
      .ignore()
      .values({ credential_digest: digest, day: '', count: 0, last_at: 0 })
      .execute();
    const row = await transaction
      .selectFrom('dealer_request_usage')
      .selectAll()
      .where('credential_digest', '=', digest)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const usage = { day: row.day, count: row.count, lastAt: Number(row.last_at) };
    const plan = planRequest(quota, row.day === '' ? undefined : usage, Date.now());
    if (plan.kind === 'send') {
      const { day, count, lastAt } = plan.usage;
      await transaction
        .updateTable('dealer_request_usage')
        .set({ day, count, last_at: lastAt })
        .where('credential_digest', '=', digest)
        .execute();
    }
    return plan;
  });
}
