import type { FetchData } from '@lanekeeper/contracts';
import {
  DgiError,
  type DgiModule,
  type DgiWindow,
  localTime,
  splitWindows,
  wallSeconds,
  wallText,
} from '@lanekeeper/dgi';

const DAY_SECONDS = 86_400;
/** How far back a job looks that names no beginning: as far as one request can. */
const DEFAULT_DAYS = 6;

/**
 * The windows of a job, oldest first: until now if it names no end, from midnight six days before the end if it names no
 * beginning.
 * @throws DgiError DGI_RANGE.
 */
export function planRange({ fromTime, toTime }: FetchData, timeZone: string, now: Date): DgiWindow[] {
  const to = toTime ?? localTime(now, timeZone);
  return splitWindows({ from: fromTime ?? midnightBefore(to), to, timeZone, now });
}

/** A time that no calendar has stays as it is: the split names it. */
function midnightBefore(to: string): string {
  const seconds = wallSeconds(`${to.slice(0, 10)} 00:00:00`);
  return seconds === undefined ? to : wallText(seconds - DEFAULT_DAYS * DAY_SECONDS);
}

/** The filters of a job's requests. @throws DgiError DGI_FILTER when it names an order and the module cannot ask for one. */
export function filtersOf({ noPo }: FetchData, { noPoFilter, fetchType }: DgiModule): Record<string, string> {
  if (noPo === undefined) return {};
  if (noPoFilter === null) throw new DgiError('DGI_FILTER', `${fetchType} cannot be restricted to one order (no_po)`);
  return { [noPoFilter]: noPo };
}
