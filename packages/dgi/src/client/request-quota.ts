import { localTime } from '../local-time.ts';

/** How often one credential may ask. */
export type QuotaRule = {
  /** Requests a day, as the main dealer's portal shows it; null when it sets none. */
  readonly perDay: number | null;
  /** Least time between two requests, ms. */
  readonly minIntervalMs: number;
  /** Zone in which the day begins. */
  readonly timeZone: string;
};

/** What a credential has used; store it under the key, for all processes. */
export type QuotaUsage = {
  /** `YYYY-MM-DD` in the rule's zone. */
  readonly day: string;
  readonly count: number;
  /** When the last request was planned, Unix ms. */
  readonly lastAt: number;
};

/**
 * What to do about the next request: send it at once and store `usage`; come back after `ms`; or give up, since the
 * quota is used up until midnight.
 */
export type RequestPlan =
  | { readonly kind: 'send'; readonly usage: QuotaUsage }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly day: string; readonly perDay: number };

/** From this share of the quota on, requests slow down. */
const SLOW_FROM = 0.8;
const SLOW_FACTOR = 5;

/** Decides about the next request of a credential; pure. The last fifth of a day's quota goes five times as slowly. */
export function planRequest(rule: QuotaRule, usage: QuotaUsage | undefined, nowMs: number): RequestPlan {
  const [day = ''] = localTime(new Date(nowMs), rule.timeZone).split(' ');
  const count = usage?.day === day ? usage.count : 0;
  if (rule.perDay !== null && count >= rule.perDay) return { kind: 'refuse', day, perDay: rule.perDay };
  const slow = rule.perDay !== null && count >= rule.perDay * SLOW_FROM;
  const interval = rule.minIntervalMs * (slow ? SLOW_FACTOR : 1);
  const ms = (usage?.lastAt ?? Number.NEGATIVE_INFINITY) + interval - nowMs;
  // A stored time far in the future is another machine's wrong clock: never wait longer than the interval.
  if (ms > 0) return { kind: 'wait', ms: Math.min(ms, interval) };
  return { kind: 'send', usage: { day, count: count + 1, lastAt: nowMs } };
}
