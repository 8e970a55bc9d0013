import type { ReadinessChecks } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import { sql } from 'kysely';
import type { OpenParts } from './open-parts.ts';

/** What the start has opened so far. */
export type Opened = { parts?: OpenParts; nc?: NatsConnection; serving?: boolean };

/** What must be there before the worker can do work. Answers also while the start still waits for it. */
export function readinessChecks(opened: Opened): ReadinessChecks {
  return {
    nats: async () => {
      if (!opened.nc) return 'not connected yet';
      await opened.nc.rtt();
      return undefined;
    },
    database: async () => {
      if (!opened.parts) return 'not up to date yet';
      await sql`SELECT 1`.execute(opened.parts.db);
      return undefined;
    },
    rembg: () => {
      if (!opened.parts) return 'not looked at yet';
      const { ready, total } = opened.parts.rembg.status();
      return ready > 0 ? undefined : `none of ${total} rembg servers is ready`;
    },
    worker: () => (opened.serving ? undefined : 'not started yet'),
  };
}
