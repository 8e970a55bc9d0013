import { expect, test } from 'vitest';
import { estimate, sentenceOf } from './estimate.ts';

const usual = { own: 1, ahead: 0, lanesAhead: 0, width: 3, fleetLimit: 3, serviceMs: { p50: 4_000, p90: 8_000 } };

test.each([
  ['one job with nothing ahead takes one service time', {}, { min: 4, max: 8 }],
  ['three jobs of a lane of width 3 run at once', { own: 3 }, { min: 4, max: 8 }],
  ['a sequential lane takes one after the other', { own: 3, width: 1 }, { min: 12, max: 24 }],
  ['the fleet limit bounds a wide lane', { own: 3, fleetLimit: 1 }, { min: 12, max: 24 }],
  [
    'another lane’s backlog costs one turn at best, all of it at worst',
    { ahead: 300, lanesAhead: 1 },
    { min: 4, max: 808 },
  ],
  ['a bulk lets other lanes in between its rounds', { own: 300, ahead: 30, lanesAhead: 1 }, { min: 440, max: 880 }],
  ['a 90th percentile below the median is not believed', { serviceMs: { p50: 5_000, p90: 1 } }, { min: 5, max: 5 }],
  ['less than a second counts as one', { serviceMs: { p50: 10, p90: 20 } }, { min: 1, max: 1 }],
])('%s', (_what, changes, expected) => {
  expect(estimate({ ...usual, ...changes })).toEqual(expected);
});

test.each([
  [{ min: 1, max: 59 }, 'less than a minute'],
  [{ min: 20, max: 60 }, '1 minute'],
  [{ min: 60, max: 61 }, '1-2 minutes'],
  [{ min: 125, max: 170 }, '2-3 minutes'],
  [{ min: 120, max: 120 }, '2 minutes'],
  [{ min: 4, max: 7_200 }, '1-120 minutes'],
  [{ min: 60, max: 7_201 }, 'up to 3 hours'],
  [{ min: 3_700, max: 7_300 }, '1-3 hours'],
])('%j is said as "%s"', (seconds, sentence) => {
  expect(sentenceOf(seconds)).toBe(sentence);
});
