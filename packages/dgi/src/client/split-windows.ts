import { localTime, wallSeconds, wallText } from '../local-time.ts';
import { DgiError } from './dgi-error.ts';

/** One request's time range, both ends included or not: servers differ, and storing by key makes that harmless. */
export type DgiWindow = {
  /** `YYYY-MM-DD HH:MM:SS`, local time of the server's zone: what is sent. */
  readonly from: string;
  readonly to: string;
};

/** The range to split and the server's limits. */
export type SplitOptions = {
  /** `YYYY-MM-DD HH:MM:SS`, local time of the server's zone. */
  readonly from: string;
  /** As `from`, and not before it. */
  readonly to: string;
  /** IANA zone of the server. */
  readonly timeZone: string;
  /** The present, for the history limit. */
  readonly now: Date;
  /** Longest window in seconds; default 6 days 23:59:59, the protocol's 7 days less the last second. */
  readonly maxSeconds?: number;
  /** How much neighbours overlap, in seconds; default 300. They always share at least their boundary. */
  readonly overlapSeconds?: number;
  /** Days before the day of the call that the server still answers for; default 30. */
  readonly historyDays?: number;
};

/** The protocol's longest window: 7 days less the last second. */
export const MAX_WINDOW_SECONDS = 7 * 24 * 3_600 - 1;
const DAY_SECONDS = 24 * 3_600;

/**
 * Splits a range into windows that a server accepts, oldest first; together they cover the range exactly. All lengths
 * are those of the server's wall clock, since that is what it compares.
 * @throws DgiError `DGI_RANGE` for a malformed, reversed or too old range; the message names the limit.
 * @throws RangeError when the overlap leaves no room to go on.
 */
export function splitWindows(options: SplitOptions): DgiWindow[] {
  const { maxSeconds = MAX_WINDOW_SECONDS, overlapSeconds = 300 } = options;
  if (overlapSeconds < 0 || overlapSeconds >= maxSeconds) throw new RangeError('the overlap must be below a window');
  const { from, to } = readRange(options);
  const windows: DgiWindow[] = [];
  let end = from;
  for (let start = from; end < to || windows.length === 0; start = end - overlapSeconds) {
    end = Math.min(start + maxSeconds, to);
    windows.push({ from: wallText(start), to: wallText(end) });
  }
  return windows;
}

/**
 * The oldest time that a server still answers for: the first second of the day `historyDays` before today, as
 * `YYYY-MM-DD HH:MM:SS` of its zone.
 */
export function earliestTime(now: Date, timeZone: string, historyDays = 30): string {
  const [today = ''] = localTime(now, timeZone).split(' ');
  const midnight = wallSeconds(`${today} 00:00:00`) ?? 0;
  return wallText(midnight - historyDays * DAY_SECONDS);
}

function readRange({ from, to, now, timeZone, historyDays = 30 }: SplitOptions): { from: number; to: number } {
  const range = { from: readTime('from', from), to: readTime('to', to) };
  if (range.from > range.to) throw new DgiError('DGI_RANGE', `The range is reversed: ${from} is after ${to}`);
  const earliest = earliestTime(now, timeZone, historyDays);
  if (from < earliest) {
    const limit = `${historyDays} days, that is back to ${earliest}`;
    throw new DgiError('DGI_RANGE', `The range begins at ${from}; the dealer's server keeps only ${limit}`);
  }
  return range;
}

function readTime(name: string, text: string): number {
  const seconds = wallSeconds(text);
  if (seconds !== undefined) return seconds;
  throw new DgiError('DGI_RANGE', `The ${name} time is not a time of the form YYYY-MM-DD HH:MM:SS`);
}
