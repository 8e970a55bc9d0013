import type { Locator, Page } from 'playwright-core';
import { SiteError } from '../site-error.ts';
import type { Labels } from './labels.ts';
import type { SiteLayout, SitePage } from './site-layout.ts';
import { ANSWER_MS, appears, isTimeout } from './wait.ts';

/** Opens a page of the site. Throws `site_unreachable` and `site_error`. Answers the labels of the page's language. */
export async function open({ page, layout }: SitePage, path: string): Promise<Labels> {
  const response = await visit(page, `${layout.baseUrl}${path}`);
  const status = response?.status() ?? 200;
  if (status >= 500) throw new SiteError('site_error', `The site answered ${status} for ${path}.`);
  if (status === 429) throw new SiteError('rate_limited', 'The site answers that there were too many requests.');
  return labelsOf(page, layout);
}

async function visit(page: Page, url: string) {
  try {
    return await page.goto(url, { waitUntil: 'domcontentloaded', timeout: ANSWER_MS });
  } catch (cause) {
    const network = /net::(ERR_\w+)/.exec(String(cause))?.[1];
    if (!network && !isTimeout(cause)) throw cause;
    throw new SiteError('site_unreachable', `The site cannot be reached (${network ?? 'no answer in time'}).`, {
      cause,
    });
  }
}

/** The labels of the language that the page is in. Throws `layout_changed` for a language without labels. */
export async function labelsOf(page: Page, layout: SiteLayout): Promise<Labels> {
  const lang = (await page.locator('html').getAttribute('lang')) ?? '';
  const labels = layout.labels[lang.split('-')[0] ?? ''];
  if (labels) return labels;
  const known = Object.keys(layout.labels).join(', ');
  throw new SiteError('layout_changed', `The page is in the language "${lang}"; labels exist for: ${known}.`);
}

/** What stands in the way, in any of the site's languages: a login page may be in another one than the account's. */
export function walls({ page, layout }: SitePage) {
  const inAny = (find: (labels: Labels) => Locator): Locator =>
    Object.values(layout.labels)
      .map(find)
      .reduce((all, one) => all.or(one));
  return {
    login_required: inAny(({ login }) => page.getByLabel(login.password, { exact: true })),
    verification_required: inAny(({ verification }) => page.getByRole('heading', { name: verification })),
    rate_limited: inAny(({ limit }) => page.getByRole('heading', { name: limit })),
  } as const satisfies Partial<Record<SiteError['code'], Locator>>;
}

const SAYS = {
  login_required: 'The site asks for a login.',
  verification_required: 'The site wants the person to confirm who they are.',
  rate_limited: 'The site says that the account has reached its limit.',
} as const;

const anyWall = (site: SitePage): Locator => {
  const { login_required, verification_required, rate_limited } = walls(site);
  return login_required.or(verification_required).or(rate_limited);
};

/** Throws the SiteError of a wall that the page shows now. */
export async function assertNoWall(site: SitePage): Promise<void> {
  const found = walls(site);
  for (const code of Object.keys(SAYS) as (keyof typeof SAYS)[]) {
    if (await found[code].first().isVisible()) throw new SiteError(code, SAYS[code]);
  }
}

/** Waits for what a page is opened for, or throws the SiteError of what stands in the way. */
export async function arrive(site: SitePage, what: string, target: Locator): Promise<void> {
  await appears(what, target.or(anyWall(site)));
  await assertNoWall(site);
}

/**
 * Does something that leaves the page as it is, and throws the SiteError of a wall as soon as one comes up instead. What
 * was begun then finds no control any more and ends with the page.
 */
export function unlessWalled<T>(site: SitePage, act: () => Promise<T>): Promise<T> {
  const walled = async (): Promise<never> => {
    await anyWall(site).first().waitFor({ timeout: 0 });
    await assertNoWall(site);
    throw new SiteError('layout_changed', 'The form gave way to another page.');
  };
  return Promise.race([act(), walled()]);
}
