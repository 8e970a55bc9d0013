import type { Locator, Page, Request } from 'playwright-core';
import type { Listing } from '../listing.ts';
import type { Labels } from './labels.ts';

/** Where a site differs from the others; everything else is in the steps. */
export interface SiteLayout {
  /** Without a slash at its end. */
  baseUrl: string;
  /** A page that only people who are logged in see. */
  homePath: string;
  sellingPath: string;
  createPath(kind: Listing['kind']): string;
  /** By language, as the page's `lang` says it. */
  labels: Readonly<Record<string, Labels>>;
  /** The rows of the selling page. */
  rows(page: Page, labels: Labels): Locator;
  /** Whether a request is the one that publishes; its answer decides. */
  isPublishRequest(request: Request): boolean;
  /** Whether the body of a successful answer to it nevertheless says that nothing was published. */
  saysNo?(body: string): boolean;
}

/** An operation's page, with what its site is like. */
export interface SitePage {
  page: Page;
  layout: SiteLayout;
}
