import { describe, expect, it } from 'vitest';
import { cronFault, dueTick, nextTick } from './due-tick.ts';

const at = (text: string) => new Date(text);
const made = at('2026-03-01T00:00:00Z');

describe('the tick of a schedule that is due', () => {
  it('is none before the first one', () => {
    expect(dueTick('0 6 * * *', 'UTC', made, at('2026-03-01T05:59:59Z'))).toBeUndefined();
  });

  it('is due at its second, and once', () => {
    const due = dueTick('0 6 * * *', 'UTC', made, at('2026-03-01T06:00:00Z'));
    expect(due).toEqual(at('2026-03-01T06:00:00Z'));
    expect(dueTick('0 6 * * *', 'UTC', due as Date, at('2026-03-01T06:00:30Z'))).toBeUndefined();
  });

  it('is the last one after a downtime, not all that were missed', () => {
    expect(dueTick('*/10 * * * *', 'UTC', made, at('2026-03-01T02:34:00Z'))).toEqual(at('2026-03-01T02:30:00Z'));
  });

  it("follows the schedule's own clock", () => {
    expect(dueTick('0 6 * * *', 'Asia/Jakarta', made, at('2026-03-01T23:30:00Z'))).toEqual(at('2026-03-01T23:00:00Z'));
    expect(nextTick('0 6 * * *', 'Asia/Jakarta', made)).toEqual(at('2026-03-01T23:00:00Z'));
  });
});

describe('a schedule', () => {
  it.each([
    ['0 6 * * *', 'Asia/Makassar'],
    ['*/5 * * * 1-5', 'UTC'],
  ])('may be %s in %s', (cron, zone) => {
    expect(cronFault(cron, zone)).toBeUndefined();
  });

  it.each([
    ['61 * * * *', 'UTC'],
    ['now', 'UTC'],
    ['0 6 * * *', 'Mars/Olympus'],
  ])('may not be %s in %s', (cron, zone) => {
    expect(cronFault(cron, zone)).toEqual(expect.any(String));
  });
});
