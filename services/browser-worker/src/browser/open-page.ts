import type { Browser, BrowserContext, Page } from 'playwright-core';
import { BrowserError } from './browser-error.ts';
import type { BrowserOptions } from './browser-run.ts';
import { followPage, type PageComplaint } from './page-log.ts';

/** A page in a context that has the account's session. */
export interface OpenPage {
  context: BrowserContext;
  page: Page;
  complaints: readonly PageComplaint[];
}

/** Opens the operation's page; `onCrash` is told when it dies. Traces only where evidence may be wanted. */
export async function openPage(
  browser: Browser,
  options: BrowserOptions,
  onCrash: (error: BrowserError) => void,
): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: options.locale ?? 'en-US',
    ...(options.storageState && { storageState: options.storageState }),
  });
  // DOM snapshots would hold everything typed; screenshots show what a person at the screen would have seen.
  if (options.evidenceDir) await context.tracing.start({ screenshots: true, snapshots: false, sources: false });
  const page = await context.newPage();
  page.on('crash', () => onCrash(new BrowserError('crashed', 'The page crashed.')));
  return { context, page, complaints: followPage(page) };
}
