import type { SealedColumns } from '@lanekeeper/service-kit';
import { secretOwner } from './accounts.ts';

/** Where accounts' secrets are, for replacing the key that they are sealed with. */
export const sealedAccountColumns: SealedColumns = {
  table: 'marketplace_accounts',
  id: 'id',
  columns: ['session', 'credentials'],
  owner: secretOwner,
};
