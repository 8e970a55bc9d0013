import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isWorkload, names } from '@lanekeeper/contracts';
import { type Lanes, openLanes } from '@lanekeeper/lanes';
import {
  connectDatabase,
  connectNats,
  limitsFrom,
  migrate,
  observeReadiness,
  type Releasers,
  type ServiceContext,
} from '@lanekeeper/service-kit';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Kysely } from 'kysely';
import type { StatusConfig } from './config.ts';
import { migrations } from './database/migrations.ts';
import type { StatusSchema } from './database/schema.ts';
import { buildApp } from './http/build-app.ts';
import { observeLanes } from './observe-lanes.ts';
import { observeProjection } from './observe-projection.ts';
import { AppliedPosition } from './projection/applied-position.ts';
import { Lease } from './projection/lease.ts';
import { Projector } from './projection/projector.ts';
import { watchPosition } from './projection/watch-position.ts';
import { readinessChecks } from './readiness.ts';
import { briefly } from './reads/briefly.ts';
import { freshEnough } from './reads/fresh-enough.ts';
import { readStats } from './reads/read-stats.ts';
import type { TenantScope } from './reads/tenant-scope.ts';
import { keepRemoving } from './retention/keep-removing.ts';
import { LiveEvents } from './sse/live-events.ts';
import { Slots } from './sse/slots.ts';
import { TenantDirectory } from './sse/tenant-directory.ts';
import { type StreamBounds, streamBounds } from './stream-bounds.ts';

/** How long numbers may be old, in milliseconds. */
const STATS_TTL_MS = 1_000;
/** Streams that may read the past at once: each costs a consumer, of which a stream has at most 1,000. */
const CATCH_UPS = 32;

type Projected = { applied: AppliedPosition; bounds: () => Promise<StreamBounds>; created: string };
type Connections = { lanes: Lanes; nc: NatsConnection; js: JetStreamClient; db: Kysely<StatusSchema> };

/** Starts the service; resolves with its URL when it serves. Everything it holds is registered with the releasers. */
export async function startStatus(config: StatusConfig, context: ServiceContext): Promise<string> {
  const { log, releasers } = context;
  const connections = await connect(config, context);
  const { js, db, lanes } = connections;
  const { eventsStream } = names(config.STREAM_PREFIX);
  const bounds = () => streamBounds(js, eventsStream);
  const applied = new AppliedPosition();
  const directory = new TenantDirectory(db);
  const atStart = await bounds();
  const live = new LiveEvents({ js, log, prefix: config.STREAM_PREFIX, applied, directory }, atStart);
  const projector = runInBackground(config, context, { ...connections, applied, bounds, ...atStart }, live);
  const checks = readinessChecks({ ...connections, projector, applied, bounds });
  observeReadiness(checks);
  const statsOf = briefStats(db);
  observeLanes(lanes, () => statsOf(undefined));
  observeProjection({ lanes, projector, applied, bounds });
  const app = await buildApp({
    db,
    log,
    fresh: freshEnough(applied, async () => (await bounds()).lastSeq),
    statsOf,
    limitsOf: (workload) => (isWorkload(workload) ? limitsFrom(workload, config) : { width: 1, fleetLimit: 1 }),
    streams: { js, prefix: config.STREAM_PREFIX, directory, live, slots: new Slots(CATCH_UPS), bounds },
    outlet: { heartbeatMs: config.SSE_HEARTBEAT_MS, stalledMs: config.SSE_STALLED_MS },
    checks,
  });
  releasers.add('http', () => app.close());
  return app.listen({ host: config.HOST, port: config.PORT });
}

async function connect(config: StatusConfig, { log, releasers }: ServiceContext): Promise<Connections> {
  const db = connectDatabase<StatusSchema>({ url: config.DATABASE_URL, poolSize: config.DATABASE_POOL });
  releasers.add('database', () => db.destroy());
  await migrate(db as unknown as Kysely<never>, 'status', migrations, log);
  const nc = await connectNats({ url: config.NATS_URL, name: 'status', log });
  releasers.add('nats', () => nc.close());
  const lanes = await openLanes({ nc, prefix: config.STREAM_PREFIX, replicas: config.STREAM_REPLICAS });
  return { lanes, nc, js: jetstream(nc), db };
}

/** Runs the projection, the watch over it, the live events and the removal of old jobs until the service stops. */
function runInBackground(
  config: StatusConfig,
  context: ServiceContext,
  { nc, js, db, applied, bounds, created: streamCreated }: Connections & Projected,
  live: LiveEvents,
): Projector {
  const { log, releasers, stop } = context;
  const holder = `${hostname().slice(0, 60)}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const shared = { nc, js, db, log, prefix: config.STREAM_PREFIX, applied, streamCreated };
  const projector = new Projector({ ...shared, holder, leaseMs: config.PROJECTION_LEASE_MS });
  const onReplaced = () => stop(1, 'the EVENTS stream was replaced by a new one');
  background(releasers, stop, 'projection', (signal) => projector.run(signal));
  background(releasers, stop, 'position', (signal) => watchPosition({ ...shared, signal, onReplaced }));
  background(releasers, stop, 'live events', (signal) => live.run(signal));
  const lease = new Lease(db, holder, config.PROJECTION_LEASE_MS);
  const removal = { db, lease, applied, bounds, log, days: config.JOB_RETENTION_DAYS };
  const standbyMs = config.PROJECTION_LEASE_MS;
  background(releasers, stop, 'retention', (signal) => keepRemoving({ ...removal, standbyMs, signal }));
  return projector;
}

function background(
  releasers: Releasers,
  stop: ServiceContext['stop'],
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
): void {
  const ending = new AbortController();
  const running = run(ending.signal).catch((error: unknown) => stop(1, `${name} failed: ${String(error)}`));
  releasers.add(name, () => {
    ending.abort();
    return running;
  });
}

function briefStats(db: Kysely<StatusSchema>) {
  const read = briefly(STATS_TTL_MS, (key) => readStats(db, scopeOf(key)));
  return (tenants: TenantScope) => read(tenants === undefined ? '' : JSON.stringify([...tenants].sort()));
}

function scopeOf(key: string): TenantScope {
  return key === '' ? undefined : new Set(JSON.parse(key) as string[]);
}
