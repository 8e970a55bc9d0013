import type { Frame } from 'playwright-core';
import type { Credentials } from '../driver.ts';
import { isSiteError, SiteError } from '../site-error.ts';
import type { Steps } from '../step-log.ts';
import type { Labels } from './labels.ts';
import { assertNoWall, labelsOf, open, walls } from './open.ts';
import type { SitePage } from './site-layout.ts';
import { ANSWER_MS, CONTROL_MS, onControl } from './wait.ts';

/** Opens the site as the account, by its session or else by its credentials. */
export async function openSession(site: SitePage, credentials: Credentials | undefined, steps: Steps): Promise<void> {
  site.page.setDefaultTimeout(CONTROL_MS);
  const loggedIn = await steps.run('open-site', () => openHome(site, credentials !== undefined));
  if (!loggedIn && credentials) await steps.run('log-in', () => logIn(site, credentials));
}

async function openHome(site: SitePage, canLogIn: boolean): Promise<boolean> {
  await open(site, site.layout.homePath);
  try {
    await assertNoWall(site);
    return true;
  } catch (error) {
    if (canLogIn && isSiteError(error, 'login_required')) return false;
    throw error;
  }
}

async function logIn(site: SitePage, { email, password }: Credentials): Promise<void> {
  const { page, layout } = site;
  const labels = await labelsOf(page, layout);
  const { login_required: passwordField } = walls(site);
  await onControl('login form', async () => {
    await page.getByRole('textbox', { name: labels.login.email, exact: true }).fill(email);
    await passwordField.fill(password);
    await submit(page, labels);
  });
  await assertNoWall(site).catch((cause: unknown) => {
    if (!isSiteError(cause, 'login_required')) throw cause;
    throw new SiteError('login_required', 'The site refuses the credentials.', { cause });
  });
}

// The site answers with a page in either case: the one asked for, or the form again.
async function submit(page: SitePage['page'], labels: Labels): Promise<void> {
  const predicate = (frame: Frame) => frame === page.mainFrame();
  await Promise.all([
    page.waitForEvent('framenavigated', { predicate, timeout: ANSWER_MS }),
    page.getByRole('button', { name: labels.login.submit, exact: true }).click(),
  ]);
  await page.waitForLoadState('domcontentloaded', { timeout: ANSWER_MS });
}
