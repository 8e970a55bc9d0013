import { within } from '../../browser/within.ts';
import type { PostResult } from '../driver.ts';
import { type Listing, shownTitle } from '../listing.ts';
import { SiteError } from '../site-error.ts';
import { findListing } from './find-listing.ts';
import { formErrors, refused } from './form-errors.ts';
import type { Labels } from './labels.ts';
import { itemIn, itemUrl } from './listing-url.ts';
import { labelsOf } from './open.ts';
import type { PublishAnswer, PublishWatch } from './publish-watch.ts';
import { readRows } from './selling-rows.ts';
import type { SitePage } from './site-layout.ts';
import { ANSWER_MS, showsUp } from './wait.ts';

const LATE_MS = 5_000;
const ALERT_MS = 5_000;

/** Publish was clicked, and the site said that it did not publish; `error` says why. */
export class NotPublished extends Error {
  readonly error: SiteError;

  constructor(error: SiteError) {
    super(error.message);
    this.error = error;
  }
}

type Sign = 'left' | 'alert';

/**
 * Learns what came of the click on Publish, from whatever comes first: the site's answer, another page, or a complaint of
 * the form. Throws NotPublished when nothing was published; any other error leaves it open.
 */
export async function confirmPublish(
  site: SitePage,
  labels: Labels,
  listing: Listing,
  since: Date,
  watch: PublishWatch,
): Promise<PostResult> {
  const signs = [left(site, listing), alerted(site)];
  const first = await Promise.race([watch.answer, ...signs]);
  const answer = await answerTo(first, watch);
  if (answer?.kind === 'published') return describe(site, answer.listingId, signs);
  if (answer?.kind === 'refused') throw new NotPublished(await refusalOf(site, answer.status));
  if (answer?.kind === 'lost') throw new SiteError(answer.code, answer.reason);
  const sign = typeof first === 'string' ? first : await Promise.race(signs);
  if (sign === 'alert') throw await complaint(site, answer);
  const listingId = itemIn(site.page.url());
  return listingId ? describe(site, listingId, signs) : lookUp(site, labels, listing, since);
}

const left = ({ page, layout }: SitePage, { kind }: Listing): Promise<Sign> =>
  page
    .waitForURL(({ pathname }) => !pathname.startsWith(layout.createPath(kind)), {
      timeout: ANSWER_MS,
      waitUntil: 'domcontentloaded',
    })
    .then(() => 'left');

const alerted = ({ page }: SitePage): Promise<Sign> =>
  page
    .getByRole('alert')
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: ANSWER_MS })
    .then(() => 'alert');

// A sign on the page comes after the answer that caused it, but may be seen before it. Without a request there is none.
async function answerTo(first: PublishAnswer | Sign, watch: PublishWatch): Promise<PublishAnswer | undefined> {
  if (typeof first !== 'string') return first;
  return watch.isSent ? within(LATE_MS, watch.answer) : undefined;
}

// Without a request, it is the form's own check that complains. With one that was taken, nobody knows what is wrong.
async function complaint({ page }: SitePage, answer: PublishAnswer | undefined): Promise<Error> {
  const texts = await formErrors(page);
  return answer ? new SiteError('site_error', texts.join(' ')) : new NotPublished(refused(texts));
}

async function refusalOf({ page }: SitePage, status: number): Promise<SiteError> {
  if (status === 401) return new SiteError('login_required', 'The session ended before Publish.');
  if (status === 403)
    return new SiteError('verification_required', 'The site wants a confirmation before it publishes.');
  if (status === 429) return new SiteError('rate_limited', 'The site says that the limit is reached.');
  await showsUp(page.getByRole('alert'), ALERT_MS);
  return refused(await formErrors(page));
}

/** The listing is published; whether it is being reviewed is told by the page that follows, if that comes. */
async function describe(site: SitePage, listingId: string, signs: Promise<Sign>[]): Promise<PostResult> {
  const result = { listingId, listingUrl: itemUrl(site.layout.baseUrl, listingId) };
  try {
    await Promise.race(signs);
    return { ...result, reviewed: await isReviewed(site, listingId) };
  } catch {
    // Nothing that happens now can unpublish it.
    return { ...result, reviewed: false };
  }
}

async function isReviewed(site: SitePage, listingId: string): Promise<boolean> {
  const labels = await labelsOf(site.page, site.layout);
  const row = (await readRows(site, labels)).find((candidate) => candidate.listingId === listingId);
  if (row) return labels.reviewing.test(row.text);
  return itemIn(site.page.url()) === listingId && (await site.page.getByText(labels.reviewing).first().isVisible());
}

async function lookUp(site: SitePage, labels: Labels, listing: Listing, since: Date): Promise<PostResult> {
  const search = { title: shownTitle(listing), price: listing.price, since };
  const found = await findListing(site, search);
  if (typeof found === 'string') throw new SiteError('layout_changed', 'The listing is not on the selling page.');
  const row = (await readRows(site, labels)).find(({ listingId }) => listingId === found.listingId);
  return { ...found, reviewed: labels.reviewing.test(row?.text ?? '') };
}
