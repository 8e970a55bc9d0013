import type { Locator, Page } from 'playwright-core';
import type { ListingSearch } from '../driver.ts';
import type { Labels } from './labels.ts';
import { itemIn } from './listing-url.ts';
import { arrive, open } from './open.ts';
import type { SitePage } from './site-layout.ts';
import { showsUp } from './wait.ts';

/** A listing as the selling page shows it. */
export interface SellingRow {
  listingId: string;
  title: string;
  /** What it costs; undefined when the row shows no amount, as for what is free. */
  price: number | undefined;
  /** When it was listed, where the page says so exactly. */
  listedAt: Date | undefined;
  /** Everything the row says. */
  text: string;
}

const MORE_MS = 10_000;

/** Opens the selling page. */
export async function openSelling(site: SitePage): Promise<Labels> {
  const labels = await open(site, site.layout.sellingPath);
  await arrive(site, 'list of listings', headingOf(site.page, labels));
  return labels;
}

const headingOf = (page: Page, labels: Labels): Locator => page.getByRole('heading', { name: labels.listings });

/** How many listings the heading promises, if it does. */
export async function promisedRows(page: Page, labels: Labels): Promise<number | undefined> {
  const text = await headingOf(page, labels).first().textContent();
  const count = labels.listings.exec(text ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

// What is read here is in the page, whose types this project does not have.
interface RowElement {
  querySelector(selector: string): { getAttribute(name: string): string | null; textContent: string } | null;
}

/** The rows that are loaded now, from the top. */
export async function readRows({ page, layout }: SitePage, labels: Labels): Promise<SellingRow[]> {
  const rows = layout.rows(page, labels);
  const raw = await rows.evaluateAll((elements: unknown) =>
    (elements as RowElement[]).map((row) => ({
      href: row.querySelector('a[href*="/marketplace/item/"]')?.getAttribute('href') ?? '',
      title: row.querySelector('h2, h3, h4, [role=heading]')?.textContent ?? '',
      time: row.querySelector('time[datetime]')?.getAttribute('datetime') ?? '',
    })),
  );
  // The text as it is laid out: what stands on a line of its own is told apart.
  const texts = await rows.allInnerTexts();
  return raw.map(({ href, title, time }, at) => ({
    listingId: itemIn(href) ?? '',
    title: title.trim(),
    price: priceIn(texts[at] ?? ''),
    listedAt: time.includes('T') ? new Date(time) : undefined,
    text: texts[at] ?? '',
  }));
}

const AMOUNT = /^(?:[A-Z]{0,3}\s?[$€£]\s?(\d[\d.,\s]*)|(\d[\d.,\s]*)\s?[$€£])$/;

/** The amount that stands on a line of its own, in whole units. */
export function priceIn(text: string): number | undefined {
  for (const line of text.split('\n')) {
    const [, before, after] = AMOUNT.exec(line.trim()) ?? [];
    const amount = before ?? after;
    if (amount) return Number(amount.replace(/[.,]\d{2}$/, '').replace(/\D/g, ''));
  }
  return undefined;
}

/** Loads more rows, if there are more; answers whether it did. */
export async function loadMore({ page, layout }: SitePage, labels: Labels): Promise<boolean> {
  const more = page.getByRole('button', { name: labels.seeMore, exact: true });
  if (!(await more.isVisible())) return false;
  const rows = layout.rows(page, labels);
  const before = await rows.count();
  await more.click();
  return showsUp(rows.nth(before), MORE_MS);
}

/** Whether a row can be the listing that is looked for. */
export function fits(row: SellingRow, { title, price, since, exclude }: ListingSearch): boolean {
  if (exclude?.has(row.listingId) || plain(row.title) !== plain(title)) return false;
  if ((row.price ?? 0) !== price) return false;
  return row.listedAt === undefined || row.listedAt.getTime() >= since.getTime() - CLOCK_SKEW_MS;
}

// The site's clock is not ours.
const CLOCK_SKEW_MS = 5_000;

const plain = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
