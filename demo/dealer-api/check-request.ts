import { createHash } from 'node:crypto';
import { localTime, wallSeconds } from '@lanekeeper/dgi';
import type { Behaviour } from './behaviour.ts';
import type { DealerGroup, Style } from './dealer-groups.ts';
import { historyLimit, type Query } from './store.ts';

/** A request as it came. */
export type Asked = {
  readonly module: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Trimmed names and values. */
  readonly body: Readonly<Record<string, string>>;
};

/** The texts of a refusal. */
export const refusals = {
  token: 'Token Tidak Valid !!',
  clock: 'Unix Timestamp Diluar Validasi Detik',
  window: 'Melebihi Rentang Waktu Pengambilan Data , Max. 7 hari',
  quota: 'Kuota Permintaan Harian Terlampaui',
  time: 'Format waktu tidak valid, gunakan YYYY-MM-DD HH:MM:SS',
} as const;

/** What a request came to: what to look for, or why not. */
export type Verdict = { readonly query: Query } | { readonly refusal: string };

const CLOCK_LIMIT_SECONDS = 10;
const DAY = 24 * 3_600;
type Check = () => string | undefined;

/** Checks a request of a group in the order of its style: real servers look at the window first. */
export function checkRequest(
  asked: Asked,
  {
    group,
    behaviour,
    nowMs,
    used,
  }: { group: DealerGroup; behaviour: Behaviour & { style: Style }; nowMs: number; used: number },
): Verdict {
  const now = localTime(new Date(nowMs), group.timeZone);
  const range = readRange(asked, now);
  const token: Check = () => (behaviour.rejectToken || !tokenFits(asked, group) ? refusals.token : undefined);
  const clock: Check = () => (clockFits(asked, nowMs) ? undefined : refusals.clock);
  const quota: Check = () => (used > (behaviour.quotaPerDay ?? group.quotaPerDay) ? refusals.quota : undefined);
  const window: Check = () => {
    if (range === undefined) return refusals.time;
    return range.to - range.from > (behaviour.maxDays ?? 7) * DAY || behaviour.maxDays === 0
      ? refusals.window
      : undefined;
  };
  const checks = behaviour.style === 'real' ? [window, clock, token, quota] : [token, clock, quota, window];
  const refusal = checks.map((check) => check()).find((text) => text !== undefined);
  if (refusal !== undefined || range === undefined) return { refusal: refusal ?? refusals.time };
  const { fromTime: _from, toTime: _to, dealerId = '', ...filters } = asked.body;
  // What is older than the history is not there any more.
  const from = Math.max(range.from, historyLimit(wallSeconds(`${now.slice(0, 10)} 00:00:00`) ?? 0));
  return { query: { module: asked.module, from, to: range.to, dealerId, filters } };
}

function readRange({ body }: Asked, now: string): { from: number; to: number } | undefined {
  const from = wallSeconds(body.fromTime ?? '');
  const to = wallSeconds(body.toTime || now);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function tokenFits({ headers }: Asked, { apiKey, secretKey, tokenSeparator }: DealerGroup): boolean {
  const text = [apiKey, secretKey, headers['x-request-time']].join(tokenSeparator);
  return headers['dgi-api-token'] === createHash('sha256').update(text).digest('hex');
}

function clockFits({ headers }: Asked, nowMs: number): boolean {
  return Math.abs(nowMs / 1_000 - Number(headers['x-request-time'])) <= CLOCK_LIMIT_SECONDS;
}
