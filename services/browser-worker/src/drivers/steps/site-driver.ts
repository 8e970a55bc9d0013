import type { MarketplaceDriver } from '../driver.ts';
import { findListing } from './find-listing.ts';
import { openSession } from './open-session.ts';
import { post } from './post.ts';
import { renew } from './renew.ts';
import type { SiteLayout } from './site-layout.ts';

/** The driver of a site whose pages follow the steps here: all that differs is in its layout. */
export const siteDriver = (name: string, layout: SiteLayout): MarketplaceDriver => ({
  name,
  openSession: (page, { credentials }, steps) => openSession({ page, layout }, credentials, steps),
  post: (page, listing, hooks, steps) => post({ page, layout }, listing, hooks, steps),
  renew: (page, options, steps) => renew({ page, layout }, options, steps),
  findListing: (page, search, steps) => steps.run('search-selling', () => findListing({ page, layout }, search)),
});
