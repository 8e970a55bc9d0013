import { within } from '../../browser/within.ts';
import type { PostHooks, PostResult } from '../driver.ts';
import { type Listing, shownTitle } from '../listing.ts';
import { SiteError } from '../site-error.ts';
import type { Steps } from '../step-log.ts';
import { findListing } from './find-listing.ts';
import { formErrors, refused } from './form-errors.ts';
import type { Labels } from './labels.ts';
import { itemIn, itemUrl } from './listing-url.ts';
import { labelsOf } from './open.ts';
import { type PublishAnswer, PublishWatch } from './publish-watch.ts';
import { readRows } from './selling-rows.ts';
import type { SitePage } from './site-layout.ts';
import { ANSWER_MS, onControl, showsUp } from './wait.ts';

const LATE_MS = 5_000;
const ALERT_MS = 5_000;

/**
 * The last step of a post. Up to the click everything may be repeated. From the click on, an error is `publish_unknown`
 * unless the site said that it did not publish: the form's own text, a refusal, a limit.
 */
export async function publish(
  site: SitePage,
  labels: Labels,
  listing: Listing,
  hooks: PostHooks,
  steps: Steps,
): Promise<PostResult> {
  const button = site.page.getByRole('button', { name: labels.publish, exact: true });
  await steps.run('review', () => onControl(`button "${labels.publish}"`, () => button.click({ trial: true })));
  await steps.run('intend', () => hooks.beforePublish());
  const since = new Date();
  using watch = new PublishWatch(site);
  await steps.run('publish', () => unsure(() => button.click({ noWaitAfter: true })));
  // Awaited here, because the watch ends with this function.
  return await steps.run('confirm', () => unsure(() => confirm(site, labels, listing, since, watch)));
}

// Only errors that say that nothing was published go on as they are.
async function unsure<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof NotPublished) throw cause.error;
    const why = cause instanceof SiteError ? cause.message : 'The page did not tell.';
    throw new SiteError('publish_unknown', `Publish was clicked, and what came of it is not known: ${why}`, { cause });
  }
}

class NotPublished extends Error {
  readonly error: SiteError;

  constructor(error: SiteError) {
    super(error.message);
    this.error = error;
  }
}

type Sign = 'left' | 'alert';

// Whatever comes first: the site's answer, another page, or a complaint of the form.
async function confirm(
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
