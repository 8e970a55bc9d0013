import type { Migrations } from '@lanekeeper/service-kit';

/** Table of the counters, with the columns in the order that rate-limiter-flexible writes them. */
export const LIMITS_TABLE = 'gateway_rate_limits';

/** The gateway's tables. `expire` is in milliseconds since 1970; expired rows are removed by the limiter. */
export const gatewayMigrations: Migrations = {
  '0001_rate_limits': {
    async up(db) {
      await db.schema
        .createTable(LIMITS_TABLE)
        .ifNotExists()
        .addColumn('key', 'varchar(255)', (column) => column.primaryKey())
        .addColumn('points', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('expire', 'bigint')
        .addIndex('expires', ['expire'])
        .execute();
    },
  },
};
