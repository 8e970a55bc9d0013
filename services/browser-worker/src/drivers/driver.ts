import type { Page } from 'playwright-core';
import type { Listing } from './listing.ts';
import type { Steps } from './step-log.ts';

/** How to log in when the session does not serve. Never logged, never part of an error. */
export interface Credentials {
  email: string;
  password: string;
}

/** What the caller does at the point of no return. */
export interface PostHooks {
  /**
   * Called once, right before the click on Publish, when everything else is done. When it rejects, Publish is not
   * clicked and post fails with that error.
   */
  beforePublish(): Promise<void>;
}

/** A listing on the site. */
export interface PostedListing {
  listingId: string;
  listingUrl: string;
}

/** What became of a post. */
export interface PostResult extends PostedListing {
  /** The site shows the listing as being reviewed: posted, but not visible to others yet. That is normal. */
  reviewed: boolean;
}

/** Which of the account's listings to renew, and whom to tell. */
export interface RenewOptions {
  /** The most Renew buttons to press; listings that are not due do not count. */
  max: number;
  /** Listings that an earlier attempt has dealt with: neither touched nor reported. */
  skip: ReadonlySet<string>;
  /** Called after each listing, in order, and awaited before the next is touched. */
  onListing(outcome: RenewOutcome): void | Promise<void>;
}

/** What became of one listing in a renewal. */
export interface RenewOutcome {
  listingId: string;
  title: string;
  outcome: 'renewed' | 'not-due' | 'failed';
  /** Why it failed, readable. */
  reason?: string;
}

/** What to look for on the account's selling page. */
export interface ListingSearch {
  /** See `shownTitle`. */
  title: string;
  price: number;
  /** When the post began: listings that the site shows as older are others. */
  since: Date;
  /** Ids known to be other posts of the same content. */
  exclude?: ReadonlySet<string>;
  /**
   * Absent must be seen twice, this many milliseconds apart, because a publish may still be under way in the site when
   * its browser is gone; default 3,000.
   */
  settleMs?: number;
}

/**
 * What a marketplace site can do for an account. Every method works in steps (`steps.run`), leaves when its browser
 * closes, and throws SiteError for what the site does; anything else it throws is a fault of the browser or of ours.
 */
export interface MarketplaceDriver {
  readonly name: string;
  /**
   * Opens the site with the session of the page's context, and logs in if that does not serve and credentials are given.
   * @throws SiteError `login_required`, `verification_required`, `rate_limited`, `site_unreachable`, `site_error`.
   */
  openSession(page: Page, login: { credentials?: Credentials }, steps: Steps): Promise<void>;
  /**
   * Posts one listing; after {@link openSession}.
   * @throws SiteError; `publish_unknown` when Publish was clicked and the outcome was not learnt.
   */
  post(page: Page, listing: Listing, hooks: PostHooks, steps: Steps): Promise<PostResult>;
  /** Renews what is due, from the top of the selling page; after {@link openSession}. Pressing twice does no harm. */
  renew(page: Page, options: RenewOptions, steps: Steps): Promise<RenewOutcome[]>;
  /**
   * Looks for a listing on the selling page; after {@link openSession}. `absent`: the whole page was read and it is not
   * there. `unknown`: several fit, or the page could not be read to its end.
   */
  findListing(page: Page, search: ListingSearch, steps: Steps): Promise<PostedListing | 'absent' | 'unknown'>;
}
