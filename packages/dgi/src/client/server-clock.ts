/** What is known about the clock of one server. */
export type ServerClock = {
  /** Server minus local, ms, by the last `Date`; null before the first. Exact to about a second. */
  readonly skewMs: number | null;
  /** Whether requests are signed by the server's clock, because it refused the local one. */
  readonly follow: boolean;
};

/** A server that has not answered yet: the local clock is trusted. */
export const unknownClock: ServerClock = { skewMs: null, follow: false };

/** The time to sign a request with, Unix seconds. */
export function signingTime({ skewMs, follow }: ServerClock, nowMs: number): number {
  return (nowMs + (follow ? (skewMs ?? 0) : 0)) / 1_000;
}

/**
 * Learns from an answer's `Date` header, which names the second in which it was written: half a second is added, and the
 * middle between sending and receiving is taken as the local time of it.
 */
export function learnClock(
  clock: ServerClock,
  date: string | undefined,
  sentMs: number,
  receivedMs: number,
): ServerClock {
  const written = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(written)) return clock;
  return { ...clock, skewMs: Math.round(written + 500 - (sentMs + receivedMs) / 2) };
}

/**
 * After a refusal for the time: the other clock is tried. A `Date` may come from a gateway with another clock than the
 * server that checks, so following it is given up again when that is refused too.
 */
export function changeClock(clock: ServerClock): ServerClock {
  return { ...clock, follow: !clock.follow && clock.skewMs !== null };
}
