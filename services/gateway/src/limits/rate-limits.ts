import { createHash } from 'node:crypto';
import { problem } from '@lanekeeper/service-kit';
import { RateLimiterRes } from 'rate-limiter-flexible';

/** The kinds of limits; see the `RATE_LIMIT_*` variables. */
export const limitKinds = ['removal', 'image', 'bulk', 'client'] as const;
/** A kind of limit. */
export type LimitKind = (typeof limitKinds)[number];
/** One request counted against a limit: whose, in `key`. */
export type Charge = { kind: LimitKind; key: string };
/** `requests` per `seconds`. */
export type Limit = { requests: number; seconds: number };

/** Counts requests per key. A full window rejects with RateLimiterRes. */
export type Counter = {
  consume: (key: string) => Promise<RateLimiterRes>;
  reward: (key: string) => Promise<unknown>;
};

/** What was counted: the headers to answer with, and a way to give it back when nothing was submitted after all. */
export type Taken = { headers: Record<string, string>; refund: () => Promise<void> };

/** Rate limits of submits. */
export type RateLimits = {
  /** @throws ProblemError RATE_LIMITED, with `Retry-After`, when one of the limits is used up; then none is charged. */
  take: (charges: readonly Charge[]) => Promise<Taken>;
};

type Counted = { charge: Charge; result: RateLimiterRes };

/** Rate limits over one counter per kind. */
export function rateLimits(limits: Record<LimitKind, Limit>, counters: Record<LimitKind, Counter>): RateLimits {
  const refund = async (counted: readonly Counted[]) => {
    await Promise.all(counted.map(({ charge }) => counters[charge.kind].reward(hashed(charge.key))));
  };
  const take = async (charges: readonly Charge[]): Promise<Taken> => {
    const outcomes = await Promise.all(charges.map((charge) => count(counters, charge)));
    const full = outcomes.filter((outcome) => outcome.full);
    if (full.length > 0) {
      // A refused request was counted above the limit, too; left there it would swallow what others give back.
      await refund(outcomes);
      throw overLimit(longestWait(full), limits);
    }
    const tightest = outcomes.toSorted((a, b) => a.result.remainingPoints - b.result.remainingPoints)[0];
    return { headers: tightest ? headersOf(tightest, limits) : {}, refund: () => refund(outcomes) };
  };
  return { take };
}

/** No limits: `RATE_LIMIT=off`. */
export const noLimits: RateLimits = { take: async () => ({ headers: {}, refund: async () => undefined }) };

async function count(counters: Record<LimitKind, Counter>, charge: Charge): Promise<Counted & { full: boolean }> {
  try {
    return { charge, result: await counters[charge.kind].consume(hashed(charge.key)), full: false };
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    return { charge, result: rejected, full: true };
  }
}

function overLimit(counted: Counted, limits: Record<LimitKind, Limit>): Error {
  const { requests, seconds } = limits[counted.charge.kind];
  const wait = secondsUntilReset(counted);
  const whose = counted.charge.kind === 'client' ? 'client address' : 'vendor';
  return problem(
    'RATE_LIMITED',
    `At most ${requests} such requests in ${seconds} seconds per ${whose}; try again in ${wait} seconds.`,
    { headers: { ...headersOf(counted, limits), 'retry-after': String(wait) } },
  );
}

function headersOf(counted: Counted, limits: Record<LimitKind, Limit>): Record<string, string> {
  return {
    'ratelimit-limit': String(limits[counted.charge.kind].requests),
    'ratelimit-remaining': String(counted.result.remainingPoints),
    'ratelimit-reset': String(secondsUntilReset(counted)),
  };
}

function secondsUntilReset({ result }: Counted): number {
  return Math.max(1, Math.ceil(result.msBeforeNext / 1000));
}

function longestWait<T extends Counted>(counted: readonly T[]): T {
  return counted.reduce((longest, next) => (next.result.msBeforeNext > longest.result.msBeforeNext ? next : longest));
}

/** Vendors and addresses may be long and are personal: the store keeps a digest. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Reads a `RATE_LIMIT_*` value, e.g. `30/3600`. */
export function limitFrom(setting: string): Limit {
  const [requests = 0, seconds = 0] = setting.split('/').map(Number);
  return { requests, seconds };
}
