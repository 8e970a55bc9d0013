import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planRequest, type QuotaRule, type QuotaUsage } from './request-quota.ts';

const rule: QuotaRule = { perDay: 10, minIntervalMs: 1_000, timeZone: 'Asia/Jakarta' };
const noon = Date.parse('2026-11-24T05:00:00Z');

it('never lets more than the quota through in a day, whatever the pace of the calls', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }), (gaps) => {
      let usage: QuotaUsage | undefined;
      let now = noon;
      let last = Number.NEGATIVE_INFINITY;
      let sent = 0;
      for (const gap of gaps) {
        now += gap;
        const plan = planRequest(rule, usage, now);
        if (plan.kind !== 'send') continue;
        expect(now - last).toBeGreaterThanOrEqual(1_000);
        usage = plan.usage;
        last = now;
        sent += 1;
      }
      expect(sent).toBeLessThanOrEqual(10);
    }),
  );
});

it('waits for the pace, five times as long in the last fifth of the quota', () => {
  const usage = { day: '2026-11-24', count: 7, lastAt: noon };
  expect(planRequest(rule, usage, noon + 400)).toEqual({ kind: 'wait', ms: 600 });
  expect(planRequest(rule, { ...usage, count: 8 }, noon + 400)).toEqual({ kind: 'wait', ms: 4_600 });
  expect(planRequest(rule, { ...usage, lastAt: noon + 1e9 }, noon)).toEqual({ kind: 'wait', ms: 1_000 });
});

it('refuses beyond the quota until midnight of the zone', () => {
  const usage = { day: '2026-11-24', count: 10, lastAt: 0 };
  expect(planRequest(rule, usage, noon)).toEqual({ kind: 'refuse', day: '2026-11-24', perDay: 10 });
  const tomorrow = Date.parse('2026-11-24T17:00:00Z');
  expect(planRequest(rule, usage, tomorrow - 1).kind).toBe('refuse');
  expect(planRequest(rule, usage, tomorrow)).toEqual({
    kind: 'send',
    usage: { day: '2026-11-25', count: 1, lastAt: tomorrow },
  });
});

it('counts without a quota too', () => {
  expect(planRequest({ ...rule, perDay: null }, undefined, noon)).toMatchObject({ kind: 'send', usage: { count: 1 } });
});
