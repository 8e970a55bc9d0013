import { expect, test } from 'vitest';
import { withoutCallLog } from './explain-failure.ts';

test('what was typed does not stay in an error that will be logged', () => {
  const error = new Error('locator.fill: Page broke\nCall log:\n  - fill("hush-hush")');
  const stripped = withoutCallLog(error) as Error;
  expect(stripped.message).toBe('locator.fill: Page broke');
  expect(stripped.stack).toContain('explain-failure.test.ts');
  expect(`${stripped.stack}`).not.toContain('hush-hush');
  expect(stripped.cause).toBeUndefined();
});

test('other errors stay as they are', () => {
  const error = new Error('plain');
  expect(withoutCallLog(error)).toBe(error);
  expect(withoutCallLog('text')).toBe('text');
});
