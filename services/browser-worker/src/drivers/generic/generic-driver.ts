import type { MarketplaceDriver } from '../driver.ts';
import { siteDriver } from '../steps/site-driver.ts';
import { genericLabels } from './labels.ts';

/** The driver of the demo's marketplace, and of sites built like it. `baseUrl`: without a slash at its end. */
export const genericDriver = ({ baseUrl }: { baseUrl: string }): MarketplaceDriver =>
  siteDriver('generic', {
    baseUrl,
    homePath: '/marketplace',
    sellingPath: '/marketplace/you/selling',
    createPath: (kind) => `/marketplace/create/${kind}`,
    labels: genericLabels,
    rows: (page, labels) => page.getByRole('list', { name: labels.listings }).getByRole('listitem'),
    isPublishRequest: (request) => request.method() === 'POST' && new URL(request.url()).pathname === '/ajax/listings',
  });
