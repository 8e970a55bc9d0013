import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '@lanekeeper/local-stack';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../../../test/chromium.ts';
import { type Marketplace, startMarketplace, type TestAccount } from '../../../test/marketplace.ts';
import { textsIn } from '../../../test/texts-in.ts';
import type { BrowserOptions } from '../../browser/browser-run.ts';
import { runInBrowser } from '../../browser/run-in-browser.ts';
import type { MarketplaceDriver, RenewOutcome } from '../driver.ts';
import type { Listing } from '../listing.ts';
import { StepLog } from '../step-log.ts';
import { genericDriver } from './generic-driver.ts';

const PASSWORD = 's3cret pass & more';
const photos = ['car-1.jpg', 'girl-1.jpg'].map((name) => path.join(projectRoot, 'demo/photos', name));
const table: Listing = {
  kind: 'item',
  title: 'Oak table with 4 chairs',
  description: 'Solid oak.\nPick up only.',
  price: 1250,
  category: 'Furniture',
  condition: 'Used - Good',
  brand: 'Carpenter',
  location: 'Portland, O',
  photos,
};
const car: Listing = {
  kind: 'vehicle',
  title: '',
  description: 'One owner.',
  price: 9900,
  location: 'madrid',
  photos,
  vehicle: {
    type: 'Car/Truck',
    year: 2019,
    make: 'Seat',
    model: 'Ibiza',
    mileage: 48_000,
    fuel: 'Diesel',
    transmission: 'Manual transmission',
    bodyStyle: 'Hatchback',
    exteriorColour: 'Red',
    interiorColour: 'Black',
    condition: 'Very good',
    cleanTitle: true,
    vin: 'VSSZZZ6JZKR000001',
  },
};

let site: Marketplace;
let driver: MarketplaceDriver;
let executablePath: string;
let dir: string;
let accounts = 0;

beforeAll(async () => {
  [site, executablePath, dir] = await Promise.all([
    startMarketplace(),
    chromiumPath(),
    mkdtemp(path.join(tmpdir(), 'lanekeeper-driver-')),
  ]);
  driver = genericDriver({ baseUrl: site.url });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** A fresh account, as the site is to treat it. */
async function account(as: Omit<TestAccount, 'email' | 'password'> = {}): Promise<string> {
  const email = `seller-${++accounts}@example.com`;
  await site.setAccount({ email, password: PASSWORD, ...as });
  return email;
}

/** Runs in a browser that has the account's session. */
async function as<T>(email: string, use: (page: Page) => Promise<T>, more: Partial<BrowserOptions> = {}) {
  const storageState = await site.session(email);
  return runInBrowser({ executablePath, deadlineMs: 120_000, storageState, ...more }, ({ page }) => use(page));
}

const postAs = (email: string, listing: Listing, steps = new StepLog(), more: Partial<BrowserOptions> = {}) =>
  as(
    email,
    async (page) => {
      await driver.openSession(page, {}, steps);
      return driver.post(page, listing, { beforePublish: async () => undefined }, steps);
    },
    more,
  );

const titled = async (email: string) => (await site.listings(email)).map(({ title }) => title);

describe('post', () => {
  test('posts an item with all its fields, and times each step', async () => {
    const email = await account();
    const steps = new StepLog();
    const outcome = await postAs(email, table, steps);
    const [stored, ...others] = await site.listings(email);
    expect(others).toEqual([]);
    expect(stored).toMatchObject({ kind: 'item', title: table.title, price: 1250, photos: { length: 2 } });
    expect(stored?.fields).toMatchObject({
      category: 'Furniture',
      condition: 'Used - Good',
      brand: 'Carpenter',
      description: table.description,
      location: 'Portland, Oregon',
    });
    const listingId = String(stored?.listingId);
    const listingUrl = `${site.url}/marketplace/item/${listingId}/`;
    expect(outcome).toMatchObject({ ok: true, result: { listingId, listingUrl, reviewed: false } });
    expect(steps.timings.map(({ name }) => name)).toEqual([
      'open-site',
      'open-form',
      'photos',
      'fields',
      'location',
      'uploads',
      'next',
      'review',
      'intend',
      'publish',
      'confirm',
    ]);
  });

  test.for([
    ['in Spanish, on a slow day', { slowMs: 150 }],
    ['in Spanish, in a layout that does not tell the id, with a review', { layout: 'b', reviewed: true }],
  ] as const)('posts a vehicle %s', async ([, misbehaviour]) => {
    const email = await account({ language: 'es', misbehaviour });
    const outcome = await postAs(email, car);
    expect(outcome).toMatchObject({ ok: true, result: { reviewed: 'reviewed' in misbehaviour } });
    const [stored] = await site.listings(email);
    expect(stored).toMatchObject({ kind: 'vehicle', title: '2019 Seat Ibiza', price: 9900 });
    expect(stored?.fields).toMatchObject({
      type: 'Car/Truck',
      mileage: '48000',
      fuel: 'Diesel',
      transmission: 'Manual transmission',
      bodyStyle: 'Hatchback',
      exteriorColour: 'Red',
      interiorColour: 'Black',
      condition: 'Very good',
      cleanTitle: 'true',
      vin: 'VSSZZZ6JZKR000001',
      location: 'Madrid, España',
    });
  });

  test('does not click Publish when the hook before it fails', async () => {
    const email = await account();
    const fenced = new Error('another worker has the job');
    const outcome = await as(email, async (page) => {
      const steps = new StepLog();
      await driver.openSession(page, {}, steps);
      return driver.post(page, table, { beforePublish: () => Promise.reject(fenced) }, steps);
    });
    expect(!outcome.ok && outcome.error).toBe(fenced);
    expect(await titled(email)).toEqual([]);
  });

  test.for([
    ['a price that the form refuses', { price: 99_999_999 }, /Price: Enter a whole number/],
    ['a field that is missing', { category: undefined }, /Category: Please fill in/],
    ['a text that only the site refuses', { description: 'A replica.' }, /Description: This listing may go against/],
    ['a choice that the form does not have', { condition: 'Shiny' }, /Condition: the form has no choice "Shiny"/],
    [
      'more photos than the form takes',
      { photos: Array.from({ length: 21 }, () => photos[0] ?? '') },
      /up to 20 photos/,
    ],
  ] as const)("tells the form's own text for %s", async ([, wrong, message]) => {
    const email = await account();
    const { category, ...rest } = { ...table, ...wrong };
    const outcome = await postAs(email, category === undefined ? rest : { ...rest, category });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'validation', message: expect.stringMatching(message) },
    });
    expect(await titled(email)).toEqual([]);
  });
});

describe('what the site does to an account', () => {
  test.for([
    ['a checkpoint', { checkpoint: true }, 'verification_required', 'verification_required', 0],
    ['a limit', { limitAfterPosts: 0 }, 'rate_limited', 'rate_limited', 0],
    ['a session that ends in the form', { sessionExpiresAfter: 4 }, 'login_required', 'login_required', 0],
    ['an error at Publish', { publish: { fault: 'error' } }, 'publish_unknown', 'site_error', 0],
    ['an answer that is lost', { publish: { fault: 'answer-lost' } }, 'publish_unknown', 'site_error', 1],
  ] as const)('%s is told as such', async ([, misbehaviour, code, accountState, published]) => {
    const email = await account({ misbehaviour });
    const outcome = await postAs(email, table);
    expect(outcome).toMatchObject({ ok: false, error: { name: 'SiteError', code, accountState } });
    expect(await titled(email)).toHaveLength(published);
  });

  test('a session that ends right before Publish is told as such, and nothing is published', async () => {
    const email = await account();
    const outcome = await as(email, async (page) => {
      const steps = new StepLog();
      await driver.openSession(page, {}, steps);
      return driver.post(page, table, { beforePublish: () => site.endSessions(email) }, steps);
    });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'login_required', message: 'The session ended before Publish.' },
    });
    expect(await titled(email)).toEqual([]);
  });

  test('a site that is down is unreachable, and worth another attempt', async () => {
    const nowhere = genericDriver({ baseUrl: 'http://127.0.0.1:9' });
    const outcome = await as(await account(), (page) => nowhere.openSession(page, {}, new StepLog()));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'site_unreachable', retryable: true } });
  });
});

describe('the session', () => {
  test('is made from credentials, and serves without them afterwards', async () => {
    const email = await account({ language: 'es' });
    const run = { executablePath, deadlineMs: 120_000 };
    const steps = new StepLog();
    const first = await runInBrowser(run, ({ page }) =>
      driver.openSession(page, { credentials: { email, password: PASSWORD } }, steps),
    );
    if (!first.ok) throw first.error;
    expect(steps.timings.map(({ name }) => name)).toEqual(['open-site', 'log-in']);
    const second = await runInBrowser({ ...run, storageState: first.storageState }, ({ page }) =>
      driver.openSession(page, {}, new StepLog()),
    );
    expect(second.ok).toBe(true);
  });

  test('is required: an ended one and a wrong password say so, and evidence holds neither', async () => {
    const email = await account();
    const storageState = await site.session(email);
    await site.endSessions(email);
    const wrong = 'not the p&ssword';
    const evidenceDir = path.join(dir, 'log-in');
    const outcome = await runInBrowser(
      { executablePath, deadlineMs: 120_000, storageState, evidenceDir, secrets: [wrong] },
      ({ page }) => driver.openSession(page, { credentials: { email, password: wrong } }, new StepLog()),
    );
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'login_required', message: 'The site refuses the credentials.' },
    });
    const texts = await textsIn(evidenceDir);
    expect(texts['page.html']).toContain('not correct');
    expect(texts['trace.trace']).toContain('fill([masked])');
    const secrets = [wrong, encodeURIComponent(wrong), 'p%26ssword', storageState.cookies[0]?.value ?? '', email];
    for (const [name, text] of Object.entries(texts)) {
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  });
});

describe('renew', () => {
  test('renews what is due, up to the limit, and goes on where an earlier attempt stopped', async () => {
    const email = await account({ language: 'es' });
    const add = (title: string, ageDays: number) => site.addListing({ account: email, title, price: 5, ageDays });
    // More than one page of rows: the oldest are loaded on demand.
    for (let index = 0; index < 20; index++) await add(`new ${index}`, 1);
    const due: string[] = [];
    for (const title of ['a', 'b', 'c', 'd']) due.push(await add(title, 30 + due.length));
    const [a, b, c] = due as [string, string, string];
    const told: RenewOutcome[] = [];
    const outcome = await as(email, async (page) => {
      const steps = new StepLog();
      await driver.openSession(page, {}, steps);
      const onListing = (listing: RenewOutcome) => void told.push(listing);
      return driver.renew(page, { max: 2, skip: new Set([a]), onListing }, steps);
    });
    expect(outcome).toMatchObject({ ok: true, result: { length: 22 } });
    expect(outcome.ok && outcome.result).toEqual(told);
    expect(told.filter(({ outcome: what }) => what === 'not-due')).toHaveLength(20);
    expect(told.slice(20)).toEqual([
      { listingId: b, title: 'b', outcome: 'renewed' },
      { listingId: c, title: 'c', outcome: 'renewed' },
    ]);
    const renewals = Object.fromEntries((await site.listings(email)).map(({ title, renewals: n }) => [title, n]));
    expect(renewals).toMatchObject({ a: 0, b: 1, c: 1, d: 0, 'new 0': 0 });
  });
});

describe('findListing', () => {
  test('finds what was posted, tells what is absent, and does not guess', async () => {
    const email = await account();
    const add = (title: string, price: number, ageDays?: number) =>
      site.addListing({ account: email, title, price, ...(ageDays && { ageDays }) });
    const old = await add('Chair 3', 1250, 2);
    const chair = await add('Chair 3', 1250);
    const twin = await add('Twin', 5);
    const other = await add('Twin', 5);
    const since = new Date(Date.now() - 60_000);
    const outcome = await as(email, async (page) => {
      const steps = new StepLog();
      await driver.openSession(page, {}, steps);
      const find = (title: string, price: number, more = {}) =>
        driver.findListing(page, { title, price, since, settleMs: 0, ...more }, steps);
      return {
        chair: await find(' chair  3', 1250),
        otherPrice: await find('Chair 3', 125),
        twins: await find('Twin', 5),
        oneTwin: await find('Twin', 5, { exclude: new Set([twin]) }),
        known: await find('Chair 3', 1250, { exclude: new Set([chair, old]) }),
        tooOld: await find('Chair 3', 1250, { since: new Date(Date.now() + 3_600_000) }),
      };
    });
    if (!outcome.ok) throw outcome.error;
    expect(outcome.result).toMatchObject({
      chair: { listingId: chair, listingUrl: `${site.url}/marketplace/item/${chair}/` },
      otherPrice: 'absent',
      twins: 'unknown',
      oneTwin: { listingId: other },
      known: 'absent',
      tooOld: 'absent',
    });
  });
});
