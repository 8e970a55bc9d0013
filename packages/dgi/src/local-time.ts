const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * An instant as `YYYY-MM-DD HH:MM:SS` on the wall clock of an IANA zone. The way back is never needed: windows and rows
 * are compared by the server's wall clock, as texts.
 * @throws RangeError for an unknown zone.
 */
export function localTime(instant: Date, timeZone: string): string {
  return formatOf(timeZone).format(instant);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const digits = '2-digit' as const;
  // Swedish writes a time stamp just so.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
  });
  formats.set(timeZone, format);
  return format;
}

/**
 * `YYYY-MM-DD HH:MM:SS` as seconds of a clock without a zone: differences are those of the wall clock.
 * @returns undefined for any other form and for times that no calendar has.
 */
export function wallSeconds(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const seconds = Date.parse(`${text.replace(' ', 'T')}Z`) / 1_000;
  return Number.isNaN(seconds) || wallText(seconds) !== text ? undefined : seconds;
}

/** The reverse of {@link wallSeconds}. */
export function wallText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}
