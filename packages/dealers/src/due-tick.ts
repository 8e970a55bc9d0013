import { Cron } from 'croner';

/**
 * The last tick of a schedule after `lastDueAt` and not after `now`; undefined when none was due. After a downtime that
 * is one, however many were missed. Pure.
 * @throws TypeError for a pattern or zone that is none; see {@link cronFault}.
 */
export function dueTick(cron: string, timeZone: string, lastDueAt: Date, now: Date): Date | undefined {
  const pattern = new Cron(cron, { timezone: timeZone, paused: true });
  // The tick of this very second counts; croner looks strictly before.
  const [last] = pattern.previousRuns(1, new Date(now.getTime() + 1));
  return last !== undefined && last > lastDueAt ? last : undefined;
}

/** When a schedule is due next after `now`; undefined: never. */
export function nextTick(cron: string, timeZone: string, now: Date): Date | undefined {
  return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(now) ?? undefined;
}

/** Why a pattern in a zone is no schedule; undefined when it is one. */
export function cronFault(cron: string, timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return `is not a time zone: "${timeZone}"`;
  }
  try {
    return nextTick(cron, timeZone, new Date()) ? undefined : 'is never due';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
