import { createHash } from 'node:crypto';
import type { Names } from '@lanekeeper/contracts';
import { type KV, Kvm } from '@nats-io/kv';
import { type NatsConnection, nuid } from '@nats-io/nats-core';
import { LanesError } from './errors.ts';
import { whileConnected } from './while-connected.ts';

/** How long a key is remembered, in milliseconds: 24 h. */
export const IDEMPOTENCY_TTL_MS = 86_400_000;

/**
 * A caller's promise that repeating a submit means the same submit. `scope` separates callers; `fingerprint` is a
 * digest of the request, so that a key used for another request is noticed.
 */
export type Idempotency = { scope: string; key: string; fingerprint: string };

/** Opens (and creates if missing) the bucket of idempotency keys. */
export async function openIdempotency(nc: NatsConnection, names: Names, replicas: number): Promise<KV> {
  return new Kvm(nc).create(names.idempotencyBucket, { ttl: IDEMPOTENCY_TTL_MS, replicas, history: 1 });
}

/** A claimed key. `seed` is new at each first claim: a key that is used again after a day means new work. */
export type ClaimedKey = { seed: string; replayed: boolean };

/**
 * Claims a key. `replayed`: it was claimed before, by the same request.
 * @throws LanesError IDEMPOTENCY_KEY_REUSED when another request holds it, UNAVAILABLE when NATS does not answer.
 */
export async function claimKey(nc: NatsConnection, bucket: KV, idempotency: Idempotency): Promise<ClaimedKey> {
  const { scope, key, fingerprint } = idempotency;
  const name = digest('key', scope, key);
  const mine: Entry = { fingerprint, seed: nuid.next() };
  try {
    await whileConnected(nc, () => bucket.create(name, JSON.stringify(mine)));
    return { seed: mine.seed, replayed: false };
  } catch (cause) {
    const entry = await whileConnected(nc, () => bucket.get(name)).catch(() => null);
    if (!entry) throw new LanesError('UNAVAILABLE', 'the idempotency key could not be claimed', { cause });
    const held = entry.json<Entry>();
    // The first try may have been stored although its confirmation was lost: then the entry is this very one.
    if (held.fingerprint === fingerprint) return { seed: held.seed, replayed: held.seed !== mine.seed };
    throw new LanesError('IDEMPOTENCY_KEY_REUSED', 'this idempotency key was used for another request');
  }
}

/** The id of the n-th job submitted under a claimed key: the same claim always gives the same ids. */
export function derivedJobId({ seed }: ClaimedKey, index: number): string {
  return digest('job', seed, String(index)).slice(0, 26);
}

type Entry = { fingerprint: string; seed: string };

function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
