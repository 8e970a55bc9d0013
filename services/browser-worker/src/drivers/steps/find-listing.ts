import { setTimeout as delay } from 'node:timers/promises';
import type { ListingSearch, PostedListing } from '../driver.ts';
import type { Labels } from './labels.ts';
import { itemUrl } from './listing-url.ts';
import { fits, loadMore, openSelling, promisedRows, readRows, type SellingRow } from './selling-rows.ts';
import type { SitePage } from './site-layout.ts';

const SETTLE_MS = 3_000;

/** Looks for a listing on the selling page; a second time, a little later, before it says that it is absent. */
export async function findListing(
  site: SitePage,
  search: ListingSearch,
): Promise<PostedListing | 'absent' | 'unknown'> {
  const found = await look(site, search);
  if (found !== 'absent') return found;
  await delay(search.settleMs ?? SETTLE_MS);
  return look(site, search);
}

async function look(site: SitePage, search: ListingSearch): Promise<PostedListing | 'absent' | 'unknown'> {
  const labels = await openSelling(site);
  const { rows, isComplete } = await readUntil(site, labels, search);
  const fitting = rows.filter((row) => fits(row, search));
  const [only] = fitting;
  if (fitting.length > 1) return 'unknown';
  if (only?.listingId) return { listingId: only.listingId, listingUrl: itemUrl(site.layout.baseUrl, only.listingId) };
  // A row that fits but does not tell its id, or a list that could not be read to its end.
  return only || !isComplete ? 'unknown' : 'absent';
}

// Newest first: what is older than the search need not be loaded.
async function readUntil(
  site: SitePage,
  labels: Labels,
  { since }: ListingSearch,
): Promise<{ rows: SellingRow[]; isComplete: boolean }> {
  for (;;) {
    const rows = await readRows(site, labels);
    const oldest = rows.at(-1)?.listedAt;
    if (oldest && oldest < since) return { rows, isComplete: true };
    if (await loadMore(site, labels)) continue;
    const promised = await promisedRows(site.page, labels);
    return { rows, isComplete: promised === undefined || rows.length >= promised };
  }
}
