import type { PostHooks, PostResult } from '../driver.ts';
import type { Listing } from '../listing.ts';
import { SiteError } from '../site-error.ts';
import type { Steps } from '../step-log.ts';
import { confirmPublish, NotPublished } from './confirm-publish.ts';
import type { Labels } from './labels.ts';
import { PublishWatch } from './publish-watch.ts';
import type { SitePage } from './site-layout.ts';
import { onControl } from './wait.ts';

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
  return await steps.run('confirm', () => unsure(() => confirmPublish(site, labels, listing, since, watch)));
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
