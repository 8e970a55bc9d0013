import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserData, PostOutcome, RenewOutcome } from '@lanekeeper/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StorageState } from '../src/browser/browser-run.ts';
import type { Marketplace } from './marketplace.ts';
import { Testbed } from './testbed.ts';

const SLOW = { timeout: 300_000 };

let bed: Testbed;
let site: Marketplace;
beforeAll(async () => {
  bed = await Testbed.open();
  site = await bed.startSite();
  await bed.startWorker();
});
afterAll(() => bed[Symbol.asyncDispose]());

test('an account posts and renews in order, and its session is saved back', SLOW, async () => {
  const id = await bed.account('ann@example.com', { reviewed: true });
  const due = await site.addListing({ account: 'ann@example.com', title: 'old chair', price: 5, ageDays: 30 });
  const vehicle = { type: 'Car/Truck', year: 2019, make: 'Honda', model: 'Civic', mileage: 40_000 };
  const [first = '', second = '', third = ''] = await bed.submit(
    bed.post(id, 'drill'),
    { operation: 'renew', accountId: id, renewalCount: 1 },
    bed.post(id, 'car', { vehicle, price: 9_000 }),
  );
  await bed.until(id, third, 'completed');
  const { result: posted } = await bed.until(id, first, 'completed');
  const { result: renewed } = await bed.until(id, second, 'completed');
  const listings = await site.listings('ann@example.com');
  expect(listings.map(({ title }) => title)).toEqual(['2019 Honda Civic', 'drill', 'old chair']);
  expect(posted as PostOutcome).toMatchObject({
    operation: 'post',
    listingId: listings[1]?.listingId,
    listingUrl: expect.stringContaining(`/marketplace/item/${listings[1]?.listingId}`),
    reviewed: true,
    durationMs: expect.any(Number),
  });
  const steps = (posted as PostOutcome).steps.map(({ name }) => name);
  expect(steps).toEqual(expect.arrayContaining(['open-site', 'photos', 'fields', 'intend', 'publish', 'confirm']));
  expect(renewed as RenewOutcome).toMatchObject({ renewed: 1, failed: 0 });
  expect((renewed as RenewOutcome).listings).toContainEqual({
    listingId: due,
    title: 'old chair',
    outcome: 'renewed',
  });
  expect((await bed.accounts.secrets(id, bed.box))?.session).toContain('cookies');
  const history = await bed.lanes.history({ jobId: first });
  const notes = history.map((event) => ('note' in event ? event.note : '')).join('\n');
  expect(notes).toMatch(/^open-site \d+ ms$/m);
  expect(JSON.stringify(history)).not.toMatch(/ann@example|pass-word|cookies/);
});

test('the same content is not posted twice unless it is allowed', SLOW, async () => {
  const id = await bed.account('twice@example.com');
  const twice = bed.post(id, 'lamp');
  const [first = '', second = '', third = ''] = await bed.submit(twice, twice, {
    ...twice,
    allowDuplicate: true,
  } as BrowserData);
  await bed.until(id, third, 'completed');
  const { result } = await bed.until(id, first, 'completed');
  const { error } = await bed.until(id, second, 'failed');
  expect(error).toMatchObject({ code: 'DUPLICATE_LISTING', retryable: false });
  expect(error.message).toContain((result as PostOutcome).listingId);
  expect(await site.listings('twice@example.com')).toHaveLength(2);
});

test('what the form refuses fails with its own words and evidence, and the lane goes on', SLOW, async () => {
  const id = await bed.account('refused@example.com');
  const [bad = '', good = ''] = await bed.submit(
    bed.post(id, 'handbag', { description: 'a fine replica' }),
    bed.post(id, 'bag'),
  );
  await bed.until(id, good, 'completed');
  const { error } = await bed.until(id, bad, 'failed');
  expect(error).toMatchObject({
    code: 'LISTING_REFUSED',
    message: expect.stringMatching(/\/v1\/jobs\/.*\/evidence\//),
  });
  const [run = ''] = await readdir(path.join(bed.dir, 'evidence', bad));
  expect(error.message).toContain(`/v1/jobs/${bad}/evidence/${run}`);
  const kept = path.join(bed.dir, 'evidence', bad, run);
  expect((await readdir(kept)).toSorted()).toEqual(['console.json', 'page.html', 'screenshot.png', 'trace.zip']);
  const page = await readFile(path.join(kept, 'page.html'), 'utf8');
  expect(page).toContain('may go against our rules');
  const session = JSON.parse((await bed.accounts.secrets(id, bed.box))?.session ?? '') as StorageState;
  for (const { value } of session.cookies) expect(page).not.toContain(value);
});

test('a session that ends in the middle of a lane pauses it; after a new login all finish in order', SLOW, async () => {
  const email = 'expires@example.com';
  const id = await bed.account(email, { sessionExpiresAfterPosts: 3 });
  const titles = Array.from({ length: 10 }, (_, at) => `thing ${at}`);
  const jobs = await bed.submit(...titles.map((title) => bed.post(id, title)));
  const reason = await bed.untilPaused(id);
  expect(reason).toMatch(/^login_required: /);
  expect(await bed.accounts.find(id)).toMatchObject({ state: 'login_required' });
  // The session ends while the third is being published: it, or the next one, is the first to notice.
  const { commands } = await bed.lanes.showLane({ workload: 'browser', lane: id });
  expect([7, 8]).toContain(commands);
  const waiting = await bed.until(id, jobs[10 - commands] ?? '', 'retry-scheduled');
  expect(waiting).toMatchObject({ handedBack: true, attempt: 1, error: { code: 'LOGIN_REQUIRED' } });
  expect(await site.listings(email)).toHaveLength(3);
  await site.setAccount({ email, password: 'pass-word-1' });
  await bed.logIn(id, email);
  await bed.lanes.resume({ workload: 'browser', lane: id });
  await bed.until(id, jobs.at(-1) ?? '', 'completed');
  expect((await site.listings(email)).map(({ title }) => title).toReversed()).toEqual(titles);
  expect((await bed.accounts.find(id))?.state).toBe('ok');
  expect((await site.browsers()).accounts[email]?.peak).toBe(1);
});

test('a checkpoint and a limit pause the lane, an account without a login does too', SLOW, async () => {
  const checked = await bed.account('checked@example.com', { checkpoint: true });
  const limited = await bed.account('limited@example.com', { limitAfterPosts: 0 });
  const { id: nobody } = await bed.accounts.add({ email: 'nobody@example.com', site: 'generic', language: 'en' });
  await bed.submit(bed.post(checked, 'a'), bed.post(limited, 'b'), bed.post(nobody, 'c'));
  expect(await bed.untilPaused(checked)).toMatch(/^verification_required: .* Evidence: \/v1\/jobs\//);
  expect(await bed.untilPaused(limited)).toMatch(/^rate_limited: /);
  expect(await bed.untilPaused(nobody)).toMatch(/^login_required: /);
  expect(await bed.accounts.find(checked)).toMatchObject({ state: 'verification_required' });
  for (const lane of [checked, limited, nobody]) {
    expect(await bed.lanes.showLane({ workload: 'browser', lane })).toMatchObject({ commands: 1 });
  }
});

test('an answer that is lost is looked up: the listing is there once, and the job knows it', SLOW, async () => {
  const id = await bed.account('lost@example.com', { publish: { fault: 'answer-lost', times: 1 } });
  const [job = ''] = await bed.submit(bed.post(id, 'kettle'));
  const { result } = await bed.until(id, job, 'completed');
  const listings = await site.listings('lost@example.com');
  expect(listings).toHaveLength(1);
  expect(result).toMatchObject({ listingId: listings[0]?.listingId });
});
