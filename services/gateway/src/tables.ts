import { accountsMigrations } from '@lanekeeper/accounts';
import { dealersMigrations } from '@lanekeeper/dealers';
import type { Migrations } from '@lanekeeper/service-kit';
import { gatewayMigrations } from './limits/limits-table.ts';

/** The migrations of all tables that the gateway uses, by owner. */
export const tables: Readonly<Record<string, Migrations>> = {
  gateway: gatewayMigrations,
  accounts: accountsMigrations,
  dealers: dealersMigrations,
};
