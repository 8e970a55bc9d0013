import { localTime } from '../local-time.ts';

/** Wall clock digits, two each but the year. */
type Wall = { date: string; time: string; timeGiven: boolean };

/** A date as sent, in the forms a column takes. */
export type ReadDate = {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM:SS`; midnight when none was sent. */
  readonly time: string;
  readonly timeGiven: boolean;
};

const TIME = String.raw`(?:[ T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?)?`;
const DAY_FIRST = new RegExp(String.raw`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})${TIME}:?$`);
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[/-](\d{1,2})[/-](\d{1,2})${TIME}:?\s*(Z|[+-]\d{2}:?\d{2})?$`);

/**
 * Reads `DD/MM/YYYY`, `YYYY/MM/DD` and ISO 8601, each with or without a time; dashes and slashes both count. A
 * two-digit start is the day. A time with a zone of its own becomes local time of `timeZone`.
 * @returns undefined for anything else, impossible dates such as 31/02/2026 and 00/00/0000 included.
 */
export function parseDate(text: string, timeZone: string): ReadDate | undefined {
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst !== null) {
    const [, day, month, year, ...time] = dayFirst;
    return wall(year, month, day, time);
  }
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst === null) return undefined;
  const [, year, month, day, hour, minute, second, zone] = yearFirst;
  const read = wall(year, month, day, [hour, minute, second]);
  return read?.timeGiven && zone !== undefined ? convert(read, zone, timeZone) : read;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function wall(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  [hour, minute, second]: (string | undefined)[],
): Wall | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1000 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m)) return undefined;
  const time = [hour, minute, second].map((part) => (part ?? '0').padStart(2, '0'));
  if (Number(time[0]) > 23 || Number(time[1]) > 59 || Number(time[2]) > 59) return undefined;
  return {
    date: `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`,
    time: time.join(':'),
    timeGiven: hour !== undefined,
  };
}

function convert({ date, time }: Wall, zone: string, timeZone: string): ReadDate | undefined {
  const instant = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  if (Number.isNaN(instant)) return undefined;
  const [localDate = '', localClock = ''] = localTime(new Date(instant), timeZone).split(' ');
  return { date: localDate, time: localClock, timeGiven: true };
}
