import { errors, type Locator } from 'playwright-core';
import { SiteError } from '../site-error.ts';

/** How long a control may take to appear on a page that has loaded, in milliseconds. */
export const CONTROL_MS = 15_000;
/** How long a page may take to load, and an answer to come, in milliseconds. */
export const ANSWER_MS = 30_000;

/** Whether an error is Playwright's own timeout. */
export const isTimeout = (error: unknown): boolean => error instanceof errors.TimeoutError;

/** Does something to a control; a timeout means that the control is not there or cannot be used. */
export async function onControl<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!isTimeout(cause)) throw cause;
    throw new SiteError('layout_changed', `The page has no usable ${what}.`, { cause });
  }
}

/** Waits until one of a locator's elements is visible. */
export const appears = (what: string, locator: Locator, timeout = CONTROL_MS): Promise<void> =>
  onControl(what, () => locator.first().waitFor({ timeout }));

/** Whether something shows up within the time given, in milliseconds. */
export async function showsUp(locator: Locator, timeout: number): Promise<boolean> {
  try {
    await locator.first().waitFor({ timeout });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  }
}
