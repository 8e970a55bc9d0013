import type { SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { secretOwner } from './dealers.ts';
import type { DealersDatabase } from './dealers-schema.ts';

const COLUMNS = ['api_key', 'secret_key'] as const;

/**
 * Seals every dealer's key and secret anew under the first key of `SECRETS_KEY`; may run beside gateways and workers.
 * @returns how many secrets were resealed, and how many were current already.
 * @throws SecretError when a secret's key is not among those given; what was done until then stays done.
 */
export async function resealDealers(
  db: Kysely<DealersDatabase>,
  box: SecretBox,
): Promise<{ resealed: number; current: number }> {
  const rotation = { resealed: 0, current: 0 };
  for (const { dealer_id: dealerId, ...secrets } of await db
    .selectFrom('dealers')
    .select(['dealer_id', ...COLUMNS])
    .execute()) {
    for (const column of COLUMNS) {
      const resealed = box.reseal(secretOwner(dealerId, column), secrets[column]);
      if (resealed === undefined) {
        rotation.current++;
        continue;
      }
      await db
        .updateTable('dealers')
        .set({ [column]: resealed })
        .where('dealer_id', '=', dealerId)
        .where(column, '=', secrets[column])
        .execute();
      rotation.resealed++;
    }
  }
  return rotation;
}
