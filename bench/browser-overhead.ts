/**
 * What a browser of its own costs each marketplace operation, beyond what its pages take: start, close, memory; and how
 * many posts a minute get done. Posts go to the demo's marketplace, whose pages take their time as real ones do. Memory is
 * the share of each process (PSS), so that what Chromium's processes have in common counts once; Linux only.
 * Run alone: `node bench/browser-overhead.ts`.
 */
import path from 'node:path';
import type { BrowserOptions, BrowserTimings } from '../services/browser-worker/src/browser/browser-run.ts';
import { runInBrowser } from '../services/browser-worker/src/browser/run-in-browser.ts';
import { genericDriver } from '../services/browser-worker/src/drivers/generic/generic-driver.ts';
import type { Listing } from '../services/browser-worker/src/drivers/listing.ts';
import { StepLog } from '../services/browser-worker/src/drivers/step-log.ts';
import { chromiumPath } from '../services/browser-worker/test/chromium.ts';
import { type Marketplace, startMarketplace } from '../services/browser-worker/test/marketplace.ts';
import { followMemory } from './group-memory.ts';
import { quantile, type Row } from './row.ts';

const PHOTOS = path.resolve(import.meta.dirname, '../demo/photos');
const PAGE_DELAY_MS = 150;
const STARTS = 15;
const FLEETS = [
  { fleet: 1, posts: 6 },
  { fleet: 2, posts: 8 },
  { fleet: 4, posts: 12 },
];

const listing: Listing = {
  kind: 'item',
  title: 'Oak table',
  description: 'Solid oak.',
  price: 250,
  category: 'Furniture',
  condition: 'Used - Good',
  location: 'Austin',
  photos: ['car-1.jpg', 'girl-1.jpg'].map((name) => path.join(PHOTOS, name)),
};

/** Measures; takes about a minute and a half. */
export async function run(): Promise<Row[]> {
  await using site = await startMarketplace({ delayMs: PAGE_DELAY_MS });
  const options = { executablePath: await chromiumPath(), deadlineMs: 120_000 };
  const rows = [...(await startRows(site, options)), ...(await tracedRows(site, options))];
  for (const { fleet, posts } of FLEETS) rows.push(...(await fleetRows(site, options, fleet, posts)));
  return rows.map((row) => ({ ...row, value: Math.round(row.value * 10) / 10 }));
}

async function startRows(site: Marketplace, options: BrowserOptions): Promise<Row[]> {
  const timings: BrowserTimings[] = [];
  for (let n = 0; n < STARTS; n++) timings.push(await openOnce(site, options));
  const median = (value: (timing: BrowserTimings) => number) => quantile(timings.map(value), 0.5);
  return [
    { what: 'Chromium started and its page ready, median', value: median(({ start }) => start), unit: 'ms' },
    { what: 'first page of the site loaded after that, median', value: median(({ use }) => use), unit: 'ms' },
    { what: 'closed, no process left, median', value: median(({ close }) => close), unit: 'ms' },
    {
      what: 'an operation beyond its own work: start and close, median',
      value: median(({ start, close }) => start + close),
      unit: 'ms',
      target: 1_000,
    },
  ];
}

// What is traced, in case the operation fails, costs something even when it succeeds.
async function tracedRows(site: Marketplace, options: BrowserOptions): Promise<Row[]> {
  const plain: number[] = [];
  const traced: number[] = [];
  for (let n = 0; n < 5; n++) {
    plain.push((await post(site, options, `plain-${n}@example.com`)).use);
    traced.push((await post(site, { ...options, evidenceDir: '/nowhere' }, `traced-${n}@example.com`)).use);
  }
  return [
    { what: 'a post, without tracing, median', value: quantile(plain, 0.5), unit: 'ms' },
    { what: 'a post, traced in case it fails, median', value: quantile(traced, 0.5), unit: 'ms' },
  ];
}

async function openOnce(site: Marketplace, options: BrowserOptions): Promise<BrowserTimings> {
  const outcome = await runInBrowser(options, async ({ page }) => void (await page.goto(`${site.url}/login`)));
  if (!outcome.ok) throw outcome.error;
  return outcome.timings;
}

async function fleetRows(site: Marketplace, options: BrowserOptions, fleet: number, posts: number): Promise<Row[]> {
  const began = performance.now();
  await inSlots(fleet, posts, (slot) => post(site, options, `fleet-${fleet}-${slot}@example.com`));
  const minutes = (performance.now() - began) / 60_000;
  return [
    { what: `posts done in a minute, fleet limit ${fleet}`, value: posts / minutes, unit: '/min' },
    {
      what: `peak memory of an operation, ${fleet} at once`,
      value: (await peakOf(site, options, fleet)) / 1e6,
      unit: 'MB',
    },
  ];
}

// Apart from the rate: looking at memory takes the kernel long.
async function peakOf(site: Marketplace, options: BrowserOptions, fleet: number): Promise<number> {
  const peaks: number[] = [];
  await inSlots(fleet, fleet, async (slot) => {
    using memory = followMemory();
    const onLaunch = (pid: number) => memory.follow(pid);
    await post(site, { ...options, onLaunch }, `memory-${fleet}-${slot}@example.com`);
    peaks.push(memory.peakBytes);
  });
  return quantile(peaks, 0.5);
}

/** Does something so many times in so many slots, each of which goes on when it is free. */
async function inSlots(slots: number, times: number, act: (slot: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async (slot: number) => {
    while (next++ < times) await act(slot);
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => work(slot)));
}

/** One post of an account that has a session already. */
async function post(site: Marketplace, options: BrowserOptions, email: string): Promise<BrowserTimings> {
  await site.setAccount({ email, password: 'never typed' });
  const driver = genericDriver({ baseUrl: site.url });
  const outcome = await runInBrowser({ ...options, storageState: await site.session(email) }, async ({ page }) => {
    const steps = new StepLog();
    await driver.openSession(page, {}, steps);
    return driver.post(page, listing, { beforePublish: async () => undefined }, steps);
  });
  if (!outcome.ok) throw outcome.error;
  return outcome.timings;
}

if (import.meta.main) console.table(await run());
