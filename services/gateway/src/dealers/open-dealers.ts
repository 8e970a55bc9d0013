import { Dealers, type DealersDatabase, Schedules, type Sealer } from '@lanekeeper/dealers';
import { problem, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import type { GatewayConfig } from '../config.ts';

/** The dealers as the gateway uses them. */
export type DealerStore = {
  dealers: Dealers;
  schedules: Schedules;
  db: Kysely<DealersDatabase>;
  /** What seals credentials. @throws ProblemError NOT_READY while there is no key to do so. */
  sealer: () => Sealer;
};

/** The dealers over the gateway's database. */
export function openDealers({ SECRETS_KEY }: Pick<GatewayConfig, 'SECRETS_KEY'>, database: Kysely<never>): DealerStore {
  const db = database as unknown as Kysely<DealersDatabase>;
  const box = SECRETS_KEY === '' ? undefined : new SecretBox(SECRETS_KEY);
  return {
    dealers: new Dealers(db),
    schedules: new Schedules(db),
    db,
    sealer() {
      if (box) return box;
      throw problem('NOT_READY', 'Credentials of dealers cannot be stored: the gateway has no SECRETS_KEY.');
    },
  };
}
