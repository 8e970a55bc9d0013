import path from 'node:path';
import { projectRoot } from '@lanekeeper/local-stack';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath } from '../../../test/chromium.ts';
import { type FacebookPages, serveFacebookPages } from '../../../test/facebook-pages.ts';
import type { StorageState } from '../../browser/browser-run.ts';
import { runInBrowser } from '../../browser/run-in-browser.ts';
import type { MarketplaceDriver } from '../driver.ts';
import type { Listing } from '../listing.ts';
import { StepLog } from '../step-log.ts';
import { facebookDriver } from './facebook-driver.ts';

const listing: Listing = {
  kind: 'item',
  title: 'Drill',
  description: 'Hardly used.',
  price: 40,
  category: 'Tools',
  condition: 'Used - Good',
  location: 'Austin',
  photos: ['car-1.jpg', 'girl-1.jpg'].map((name) => path.join(projectRoot, 'demo/photos', name)),
};

let pages: FacebookPages;
let driver: MarketplaceDriver;
let executablePath: string;

beforeAll(async () => {
  [pages, executablePath] = await Promise.all([serveFacebookPages(), chromiumPath()]);
  driver = facebookDriver({ baseUrl: pages.url });
});
afterAll(() => pages[Symbol.asyncDispose]());

const cookie = { name: 'c_user', value: '1000001', domain: '127.0.0.1', path: '/', expires: -1 };
const session: StorageState = {
  cookies: [{ ...cookie, httpOnly: false, secure: false, sameSite: 'Lax' }],
  origins: [],
};

const loggedIn = <T>(use: (page: Page, steps: StepLog) => Promise<T>) =>
  runInBrowser({ executablePath, deadlineMs: 120_000, storageState: session }, async ({ page }) => {
    const steps = new StepLog();
    await driver.openSession(page, {}, steps);
    return use(page, steps);
  });

const post = (title: string) =>
  loggedIn((page, steps) => driver.post(page, { ...listing, title }, { beforePublish: async () => undefined }, steps));

test('posts an item and learns its id from the answer', async () => {
  const outcome = await post('Drill');
  expect(outcome).toMatchObject({ ok: true, result: { listingId: '9001', reviewed: true } });
  expect(pages.published).toEqual([
    {
      title: 'Drill',
      price: '40',
      category: 'Tools',
      condition: 'Used - Good',
      description: 'Hardly used.',
      location: 'Austin, Texas',
      photos: '2',
    },
  ]);
});

test('finds the listing on the selling page when the answer does not tell its id', async () => {
  const outcome = await post('silent');
  expect(outcome).toMatchObject({ ok: true, result: { listingId: '9002', reviewed: true } });
});

test('tells a refusal that comes as a success', async () => {
  const outcome = await post('refused');
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'validation', message: expect.stringContaining('We could not publish your listing.') },
  });
});

test('renews what has a Renew button', async () => {
  const outcome = await loggedIn((page, steps) =>
    driver.renew(page, { max: 20, skip: new Set(['9001', '9002']), onListing: () => undefined }, steps),
  );
  expect(outcome).toMatchObject({
    ok: true,
    result: [
      { listingId: '1', title: 'Due', outcome: 'renewed' },
      { listingId: '2', title: 'Young', outcome: 'not-due' },
    ],
  });
  expect(pages.renewed).toEqual(['Due']);
});

test('asks for a login where the session does not serve', async () => {
  const outcome = await runInBrowser({ executablePath, deadlineMs: 120_000 }, ({ page }) =>
    driver.openSession(page, {}, new StepLog()),
  );
  expect(outcome).toMatchObject({ ok: false, error: { code: 'login_required' } });
});
