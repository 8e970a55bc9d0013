import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallSeconds, wallText } from '../local-time.ts';
import { earliestTime, MAX_WINDOW_SECONDS, splitWindows } from './split-windows.ts';

const now = new Date('2026-11-24T18:00:00Z');
const timeZone = 'Asia/Jakarta';
const seconds = (text: string): number => wallSeconds(text) ?? Number.NaN;
const first = seconds(earliestTime(now, timeZone));
const range = fc.tuple(fc.integer({ min: 0, max: 31 * 86_400 }), fc.integer({ min: 0, max: 31 * 86_400 }));

describe('splitWindows', () => {
  it('covers the range exactly, in order, with the overlap, and no window over the limit', () => {
    fc.assert(
      fc.property(
        range,
        fc.integer({ min: 0, max: 3_600 }),
        fc.integer({ min: 86_400, max: 10 * 86_400 }),
        (ends, overlap, max) => {
          const [from, to] = [first + Math.min(...ends), first + Math.max(...ends)];
          const windows = splitWindows({
            from: wallText(from),
            to: wallText(to),
            timeZone,
            now,
            overlapSeconds: overlap,
            maxSeconds: max,
          });
          expect(seconds(windows[0]?.from ?? '')).toBe(from);
          expect(seconds(windows.at(-1)?.to ?? '')).toBe(to);
          windows.forEach((window, index) => {
            const length = seconds(window.to) - seconds(window.from);
            expect(length).toBeLessThanOrEqual(max);
            const next = windows[index + 1];
            if (next === undefined) return;
            expect(length).toBe(max);
            expect(seconds(next.from)).toBe(seconds(window.to) - overlap);
            expect(seconds(next.to)).toBeGreaterThan(seconds(window.to));
          });
        },
      ),
    );
  });

  it('cuts 30 days into windows just short of 7 days', () => {
    const windows = splitWindows({
      from: '2026-10-26 00:00:00',
      to: '2026-11-24 23:59:59',
      timeZone,
      now,
      overlapSeconds: 0,
    });
    expect(windows.map(({ from }) => from.slice(0, 10))).toEqual([
      '2026-10-26',
      '2026-11-01',
      '2026-11-08',
      '2026-11-15',
      '2026-11-22',
    ]);
    expect(windows[0]).toEqual({ from: '2026-10-26 00:00:00', to: '2026-11-01 23:59:59' });
    expect(MAX_WINDOW_SECONDS).toBe(6 * 86_400 + 86_399);
  });

  it('takes a range of one moment as one window', () => {
    const at = '2026-11-24 10:00:00';
    expect(splitWindows({ from: at, to: at, timeZone, now })).toEqual([{ from: at, to: at }]);
  });

  it('counts the history from the first second of today in the zone of the server', () => {
    // 18:00 UTC is the next day already in Jakarta and Jayapura, and not in UTC.
    expect(earliestTime(now, 'UTC')).toBe('2026-10-25 00:00:00');
    expect(earliestTime(now, 'Asia/Jakarta')).toBe('2026-10-26 00:00:00');
    expect(splitWindows({ from: '2026-10-26 00:00:00', to: '2026-10-26 00:00:01', timeZone, now })).toHaveLength(1);
  });

  it.each([
    ['2026-10-25 23:59:59', '2026-11-01 00:00:00', 'keeps only 30 days, that is back to 2026-10-26 00:00:00'],
    ['2026-11-02 00:00:00', '2026-11-01 00:00:00', 'The range is reversed'],
    ['2026-11-31 00:00:00', '2026-12-01 00:00:00', 'The from time is not a time of the form YYYY-MM-DD HH:MM:SS'],
    ['2026-11-01 00:00:00', '2026-11-01T00:00:00', 'The to time is not'],
  ])('refuses %s to %s: %s', (from, to, message) => {
    expect(() => splitWindows({ from, to, timeZone, now })).toThrow(
      expect.objectContaining({ code: 'DGI_RANGE', retryable: false, message: expect.stringContaining(message) }),
    );
  });
});
