import { Accounts, type AccountsDatabase, Operations, type Sealer } from '@lanekeeper/accounts';
import { problem, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import type { GatewayConfig } from '../config.ts';

/** The accounts as the gateway uses them. */
export type AccountStore = {
  accounts: Accounts;
  operations: Operations;
  /** What seals secrets. @throws ProblemError NOT_READY while there is no key to do so. */
  sealer: () => Sealer;
};

/** The accounts over the gateway's database. */
export function openAccounts(
  { SECRETS_KEY }: Pick<GatewayConfig, 'SECRETS_KEY'>,
  database: Kysely<never>,
): AccountStore {
  const db = database as unknown as Kysely<AccountsDatabase>;
  const box = SECRETS_KEY === '' ? undefined : new SecretBox(SECRETS_KEY);
  return {
    accounts: new Accounts(db),
    operations: new Operations(db),
    sealer() {
      if (box) return box;
      throw problem('NOT_READY', 'Sessions and credentials cannot be stored: the gateway has no SECRETS_KEY.');
    },
  };
}
