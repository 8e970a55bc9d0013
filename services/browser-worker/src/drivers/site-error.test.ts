import { expect, test } from 'vitest';
import { isSiteError, SiteError } from './site-error.ts';

test('a publish whose outcome is not known takes the account state of its cause', () => {
  const cause = new SiteError('verification_required', 'a checkpoint came instead');
  expect(new SiteError('publish_unknown', 'not known', { cause })).toMatchObject({
    accountState: 'verification_required',
    retryable: false,
  });
  expect(new SiteError('publish_unknown', 'not known', { cause: new Error('crash') }).accountState).toBe('ok');
});

test('is told apart by its code', () => {
  const error = new SiteError('site_unreachable', 'down');
  expect([isSiteError(error, 'site_unreachable'), isSiteError(error, 'site_error')]).toEqual([true, false]);
  expect(isSiteError(new Error('site_unreachable'), 'site_unreachable')).toBe(false);
  expect(error.retryable).toBe(true);
});
