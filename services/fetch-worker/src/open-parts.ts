import { type DealerAccess, Dealers, type DealersDatabase, dealersMigrations, takeRequest } from '@lanekeeper/dealers';
import { createDgiClient, type DgiEndpoint } from '@lanekeeper/dgi';
import {
  type ChunkLimits,
  isTransientDatabaseError,
  readChunkLimits,
  retry,
  SecretBox,
  type ServiceContext,
} from '@lanekeeper/service-kit';
import { openDatabase } from '@lanekeeper/worker-kit';
import type { Kysely } from 'kysely';
import type { FetchWorkerConfig } from './config.ts';
import type { FetchParts, StepHook } from './fetch/fetch-parts.ts';
import { keepSweeping } from './raw/sweep.ts';
import { type FetchDatabase, fetchMigrations } from './store/fetch-schema.ts';
import { DATABASE_BACKOFF } from './store/store-window.ts';
import { updateTables } from './tables/update-tables.ts';

/** Less than the time that an aborted handler has before its process is ended. */
const LOCK_WAIT_SECONDS = 5;

/** Opens what fetching takes; everything is released with the service. */
export async function openParts(
  config: FetchWorkerConfig,
  context: ServiceContext,
  onStep?: StepHook,
): Promise<FetchParts> {
  const { log, releasers } = context;
  const box = new SecretBox(config.SECRETS_KEY);
  const db = await openDatabase<FetchDatabase>(
    config,
    context,
    { dealers: dealersMigrations, fetch: fetchMigrations },
    { lockWaitSeconds: LOCK_WAIT_SECONDS },
  );
  await updateTables(db as unknown as Kysely<never>, log);
  const rawTtlMs = config.RAW_TTL * 1_000;
  const sweeping = keepSweeping(db, rawTtlMs, log);
  releasers.add('sweep', () => sweeping.stop());
  const ofDealers = db as unknown as Kysely<DealersDatabase>;
  const { client, pace } = openClient(ofDealers, config.DGI_DEADLINE_MS);
  releasers.add('dgi client', () => client.close());
  return {
    db,
    box,
    client,
    pace,
    dealers: new Dealers(ofDealers),
    limits: rememberLimits(db),
    rawTtlMs,
    ...(onStep ? { onStep } : {}),
  };
}

/** One client for all jobs, since it learns the servers' clocks. */
function openClient(db: Kysely<DealersDatabase>, deadlineMs: number) {
  const accesses = new WeakMap<DgiEndpoint, DealerAccess>();
  const client = createDgiClient({
    deadlineMs,
    beforeRequest: async ({ endpoint }, signal) => {
      const access = accesses.get(endpoint);
      if (access === undefined) throw new Error('a request without the access that it counts against');
      await retry(() => takeRequest(db, access, signal), {
        canPass: isTransientDatabaseError,
        backoff: DATABASE_BACKOFF,
        signal,
      });
    },
  });
  return { client, pace: (access: DealerAccess) => void accesses.set(access.endpoint, access) };
}

/** The server's limits, asked for once. */
function rememberLimits(db: Kysely<FetchDatabase>): () => Promise<ChunkLimits> {
  let known: Promise<ChunkLimits> | undefined;
  return () => {
    known ??= readChunkLimits(db).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
