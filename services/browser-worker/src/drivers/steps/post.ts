import type { PostHooks, PostResult } from '../driver.ts';
import type { Listing } from '../listing.ts';
import { SiteError } from '../site-error.ts';
import type { Steps } from '../step-log.ts';
import { fillListing } from './fill-listing.ts';
import { formErrors, refused } from './form-errors.ts';
import type { Labels } from './labels.ts';
import { arrive, open, unlessWalled } from './open.ts';
import { publish } from './publish.ts';
import type { SitePage } from './site-layout.ts';
import { CONTROL_MS, onControl, showsUp } from './wait.ts';

const READY_MS = 2_000;

/** Posts one listing: form, photos, fields, Next, Publish, and its id. */
export async function post(site: SitePage, listing: Listing, hooks: PostHooks, steps: Steps): Promise<PostResult> {
  const labels = await steps.run('open-form', () => openForm(site, listing.kind));
  await unlessWalled(site, async () => {
    await fillListing(site, labels, listing, steps);
    await steps.run('next', () => goOn(site, labels));
  });
  return publish(site, labels, listing, hooks, steps);
}

async function openForm(site: SitePage, kind: Listing['kind']): Promise<Labels> {
  const labels = await open(site, site.layout.createPath(kind));
  const next = site.page.getByRole('button', { name: labels.next, exact: true });
  await arrive(site, 'form', next);
  return labels;
}

// Next stays disabled until the form is content. It is pressed anyway then, because that makes forms say why.
async function goOn({ page }: SitePage, labels: Labels): Promise<void> {
  const byName = { name: labels.next, exact: true };
  const enabled = page.getByRole('button', { ...byName, disabled: false });
  const alert = page.getByRole('alert').filter({ visible: true });
  const goal = page.getByRole('button', { name: labels.publish, exact: true });
  const isReady = await showsUp(enabled, READY_MS);
  await onControl(`button "${labels.next}"`, () => page.getByRole('button', byName).click({ force: !isReady }));
  const reacts = await showsUp(goal.or(alert), isReady ? CONTROL_MS : READY_MS);
  const faults = await formErrors(page);
  if (faults.length > 0) throw refused(faults);
  if (reacts) return;
  if (isReady) throw new SiteError('layout_changed', `The page has no usable button "${labels.publish}".`);
  throw new SiteError('validation', 'The form does not take the listing and does not say why.');
}
