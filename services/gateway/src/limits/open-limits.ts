import type { Logger } from '@lanekeeper/service-kit';
import type { GatewayConfig } from '../config.ts';
import type { GatewayDatabase } from '../open-database.ts';
import { type CounterStore, durableCounter } from './durable-counter.ts';
import { LIMITS_TABLE } from './limits-table.ts';
import {
  type Counter,
  type Limit,
  type LimitKind,
  limitFrom,
  limitKinds,
  noLimits,
  type RateLimits,
  rateLimits,
} from './rate-limits.ts';

/** Opens the rate limits of a configuration, counted in the database. */
export function openLimits(config: GatewayConfig, { pool, ready }: GatewayDatabase, log: Logger): RateLimits {
  if (config.RATE_LIMIT === 'off') return noLimits;
  const database = decodeURIComponent(new URL(config.DATABASE_URL).pathname.slice(1));
  return limitsOver({ pool, database, table: LIMITS_TABLE, ready }, settingsOf(config), log);
}

function limitsOver(store: CounterStore, limits: Record<LimitKind, Limit>, log: Logger): RateLimits {
  const onFailure = (err: unknown) => log.warn({ err }, 'requests are counted in memory: the database is away');
  const counters = Object.fromEntries(
    limitKinds.map((kind) => [kind, durableCounter(kind, limits[kind], store, onFailure)]),
  ) as Record<LimitKind, Counter>;
  return rateLimits(limits, counters);
}

function settingsOf(config: GatewayConfig): Record<LimitKind, Limit> {
  return {
    removal: limitFrom(config.RATE_LIMIT_REMOVAL),
    image: limitFrom(config.RATE_LIMIT_IMAGE),
    bulk: limitFrom(config.RATE_LIMIT_BULK),
    client: limitFrom(config.RATE_LIMIT_CLIENT),
  };
}
