import type { Locator } from 'playwright-core';
import type { RenewOptions, RenewOutcome } from '../driver.ts';
import type { Steps } from '../step-log.ts';
import type { Labels } from './labels.ts';
import { assertNoWall, walls } from './open.ts';
import { loadMore, openSelling, readRows, type SellingRow } from './selling-rows.ts';
import type { SitePage } from './site-layout.ts';
import { isTimeout } from './wait.ts';

const ROW_MS = 15_000;

/** Renews what is due, row by row from the top, until so many have been pressed or no row is left. */
export async function renew(site: SitePage, options: RenewOptions, steps: Steps): Promise<RenewOutcome[]> {
  const labels = await steps.run('open-selling', () => openSelling(site));
  const outcomes: RenewOutcome[] = [];
  const seen = new Set(options.skip);
  let pressed = 0;
  for (let at = 0; pressed < options.max; at++) {
    const row = await rowAt(site, labels, at);
    if (!row) break;
    if (!row.listingId || seen.has(row.listingId)) continue;
    seen.add(row.listingId);
    const outcome = await renewRow(site, labels, row, at, steps);
    if (outcome.outcome !== 'not-due') pressed++;
    outcomes.push(outcome);
    await options.onListing(outcome);
  }
  return outcomes;
}

// Rows keep their places while the page is open: it is not loaded anew.
async function rowAt(site: SitePage, labels: Labels, at: number): Promise<SellingRow | undefined> {
  const rows = await readRows(site, labels);
  if (rows[at]) return rows[at];
  return (await loadMore(site, labels)) ? (await readRows(site, labels))[at] : undefined;
}

async function renewRow(
  site: SitePage,
  labels: Labels,
  { listingId, title }: SellingRow,
  at: number,
  steps: Steps,
): Promise<RenewOutcome> {
  const row = site.layout.rows(site.page, labels).nth(at);
  const button = row.getByRole('button', { name: labels.renew, exact: true });
  if (!(await button.isVisible())) return { listingId, title, outcome: 'not-due' };
  return steps.run('renew', async () => {
    const reason = await press(site, labels, row, button);
    return reason ? { listingId, title, outcome: 'failed', reason } : { listingId, title, outcome: 'renewed' };
  });
}

/** Presses Renew in a row; answers why it failed, or nothing. */
async function press(site: SitePage, labels: Labels, row: Locator, button: Locator): Promise<string | undefined> {
  const done = row.getByText(labels.renewed);
  const alert = row.getByRole('alert');
  try {
    await button.click({ timeout: ROW_MS });
    const { login_required, verification_required } = walls(site);
    await done.or(alert).or(login_required).or(verification_required).first().waitFor({ timeout: ROW_MS });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return 'The page did not say that the listing was renewed.';
  }
  await assertNoWall(site);
  return (await alert.isVisible()) ? ((await alert.textContent()) ?? '').trim() : undefined;
}
