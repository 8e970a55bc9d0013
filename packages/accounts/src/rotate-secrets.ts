import type { SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { secretOwner } from './accounts.ts';
import type { AccountsDatabase } from './accounts-schema.ts';

/** What a rotation came to, in secrets. */
export type Rotation = { resealed: number; current: number };

const COLUMNS = ['session', 'credentials'] as const;

/**
 * Seals every stored secret anew under the first key of `SECRETS_KEY`; those that are already are left. May run beside
 * workers: a secret that changes meanwhile was sealed under the current key by whoever changed it.
 * @throws SecretError when a secret's key is not among those given; what was done until then stays done.
 */
export async function rotateSecrets(db: Kysely<AccountsDatabase>, box: SecretBox): Promise<Rotation> {
  const rotation: Rotation = { resealed: 0, current: 0 };
  const rows = await db
    .selectFrom('marketplace_accounts')
    .select(['id', ...COLUMNS])
    .execute();
  for (const { id, ...secrets } of rows) {
    for (const column of COLUMNS) {
      const stored = secrets[column];
      if (stored === null) continue;
      const resealed = box.reseal(secretOwner(id, column), stored);
      if (resealed === undefined) {
        rotation.current++;
        continue;
      }
      await db
        .updateTable('marketplace_accounts')
        .set({ [column]: resealed })
        .where('id', '=', id)
        .where(column, '=', stored)
        .execute();
      rotation.resealed++;
    }
  }
  return rotation;
}
