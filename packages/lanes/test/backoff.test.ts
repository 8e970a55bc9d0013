import { expect, it } from 'vitest';
import { backoffDelay } from '../src/backoff.ts';

it.each([
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
])('doubles with each attempt: %i', (attempt, middle) => {
  expect(backoffDelay(attempt, 2_000, 0.5)).toBe(middle);
  expect(backoffDelay(attempt, 2_000, 0)).toBe(middle * 0.8);
  expect(backoffDelay(attempt, 2_000, 0.999_999)).toBeCloseTo(middle * 1.2, -1);
});
