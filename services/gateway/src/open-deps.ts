import { allLimitsFrom, connectNats, type ServiceContext } from '@lanekeeper/service-kit';
import { openAccounts } from './accounts/open-accounts.ts';
import type { GatewayConfig } from './config.ts';
import { openDealers } from './dealers/open-dealers.ts';
import type { GatewayDeps } from './deps.ts';
import { lanesEngine } from './lanes-engine.ts';
import { openLimits } from './limits/open-limits.ts';
import { openDatabase } from './open-database.ts';
import { keepStats } from './status/stats-cache.ts';
import { statusClient } from './status/status-client.ts';
import { tables } from './tables.ts';

/** Connects the gateway to what it needs, in the background: it serves, and says what is missing, from the start. */
export function openDeps(config: GatewayConfig, { log, releasers }: ServiceContext): GatewayDeps {
  const engine = lanesEngine({
    connect: () => connectNats({ url: config.NATS_URL, name: 'gateway', log }),
    prefix: config.STREAM_PREFIX,
    replicas: config.STREAM_REPLICAS,
    log,
  });
  releasers.add('nats', () => engine.close());
  const database = openDatabase(config, tables, log);
  releasers.add('database', () => database.close());
  const status = statusClient(config.STATUS_URL);
  const stats = keepStats(
    () => status.stats({}),
    (err) => log.debug({ err }, 'the statistics could not be read; estimates use the last ones'),
  );
  releasers.add('statistics', () => stats.stop());
  return {
    config,
    engine,
    status,
    latestStats: stats.latest,
    workloadLimits: allLimitsFrom(config),
    rateLimits: openLimits(config, database, log),
    accounts: openAccounts(config, database.db),
    dealers: openDealers(config, database.db),
    checks: { nats: () => engine.missing(), database: () => database.missing(), status: () => status.missing() },
  };
}
