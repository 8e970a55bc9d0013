import { expect, test } from 'vitest';
import { loadBrowserWorkerConfig } from './config.ts';

const needed = { DATABASE_URL: 'mysql://u@127.0.0.1/db', SECRETS_KEY: `k:${Buffer.alloc(32).toString('base64')}` };

test('the defaults are those of the product: one browser per account, four in all, half a minute between operations', () => {
  expect(loadBrowserWorkerConfig(needed)).toMatchObject({
    BROWSER_WIDTH: 1,
    BROWSER_FLEET_LIMIT: 4,
    BROWSER_TIMEOUT_MS: 300_000,
    BROWSER_MIN_GAP_MS: 30_000,
  });
});

test('without a key, with a wider lane, or with a bad address it does not start, and says why without the values', () => {
  expect(() => loadBrowserWorkerConfig({ DATABASE_URL: needed.DATABASE_URL })).toThrow(/SECRETS_KEY/);
  expect(() => loadBrowserWorkerConfig({ ...needed, BROWSER_WIDTH: '2' })).toThrow(/BROWSER_WIDTH must be 1/);
  expect(() => loadBrowserWorkerConfig({ ...needed, SECRETS_KEY: 'k:short-hush' })).toThrow(
    /^(?!.*short-hush).*SECRETS_KEY/s,
  );
  expect(() => loadBrowserWorkerConfig({ ...needed, GENERIC_SITE_URL: 'site' })).toThrow(/GENERIC_SITE_URL/);
});
