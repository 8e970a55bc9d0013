import type { ReadinessChecks } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Kysely, sql } from 'kysely';
import type { StatusSchema } from './database/schema.ts';
import type { AppliedPosition } from './projection/applied-position.ts';
import type { Projector } from './projection/projector.ts';

/** Events that the projection may be behind before the service counts as not ready. */
const MAX_LAG = 5_000;

/** What readiness looks at. */
export type ReadinessInput = {
  nc: NatsConnection;
  db: Kysely<StatusSchema>;
  projector: Projector;
  applied: AppliedPosition;
  bounds: () => Promise<{ lastSeq: number }>;
};

/** The checks behind /readyz. Migrations are done before the service listens at all. */
export function readinessChecks({ nc, db, projector, applied, bounds }: ReadinessInput): ReadinessChecks {
  return {
    nats: async () => {
      await nc.rtt();
      return undefined;
    },
    database: async () => {
      await sql`SELECT 1`.execute(db);
      return undefined;
    },
    projection: () => {
      const { role, trouble } = projector.state;
      if (trouble !== undefined) return `has trouble: ${trouble}`;
      return role === 'starting' ? 'has not started yet' : undefined;
    },
    lag: async () => {
      const behind = (await bounds()).lastSeq - applied.seq;
      return behind > MAX_LAG ? `${behind} events are not visible yet` : undefined;
    },
  };
}
