import type { SealedColumns } from '@lanekeeper/service-kit';
import { secretOwner } from './dealers.ts';

/** Where dealers' secrets are, for replacing the key that they are sealed with. */
export const sealedDealerColumns: SealedColumns = {
  table: 'dealers',
  id: 'dealer_id',
  columns: ['api_key', 'secret_key'],
  owner: secretOwner,
};
