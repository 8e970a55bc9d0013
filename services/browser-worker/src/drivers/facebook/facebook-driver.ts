import type { Request } from 'playwright-core';
import type { MarketplaceDriver } from '../driver.ts';
import { siteDriver } from '../steps/site-driver.ts';
import { facebookLabels } from './labels.ts';

/**
 * The driver of Facebook Marketplace.
 *
 * It has been exercised on pages of our own making only, which follow the structure that public bots describe (see the
 * tests beside it), and never on the real site: expect to adjust labels. It presses the same buttons as the account's
 * owner would, and nothing else: no captcha solving, no disguise. A checkpoint stops it and asks for a person. Automate
 * your own account only, and only as the site's terms allow.
 */
export const facebookDriver = ({ baseUrl = 'https://www.facebook.com' } = {}): MarketplaceDriver =>
  siteDriver('facebook', {
    baseUrl,
    homePath: '/marketplace/you/selling',
    sellingPath: '/marketplace/you/selling',
    createPath: (kind) => `/marketplace/create/${kind}`,
    labels: facebookLabels,
    rows: (page) => page.getByRole('main').getByRole('listitem'),
    isPublishRequest: (request) => isGraphql(request) && /ListingCreate/.test(queryName(request)),
    // GraphQL answers 200 to what it refuses.
    saysNo: (body) => /"errors":\s*\[\s*\{/.test(body),
  });

const isGraphql = (request: Request): boolean =>
  request.method() === 'POST' && new URL(request.url()).pathname.startsWith('/api/graphql');

const queryName = (request: Request): string =>
  request.headers()['x-fb-friendly-name'] ??
  new URLSearchParams(request.postData() ?? '').get('fb_api_req_friendly_name') ??
  '';
