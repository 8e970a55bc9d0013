import type { Page } from 'playwright-core';
import { SiteError } from '../site-error.ts';

/** What the page complains about, in its own words, each once. */
export async function formErrors(page: Page): Promise<string[]> {
  const texts = await page.getByRole('alert').filter({ visible: true }).allInnerTexts();
  return [...new Set(texts.map((text) => text.trim()).filter(Boolean))];
}

/** The error of a form that does not take a listing. */
export const refused = (texts: readonly string[]): SiteError =>
  new SiteError('validation', `The form refuses the listing: ${texts.join(' ')}`);
