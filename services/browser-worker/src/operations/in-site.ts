import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Evidence, StorageState } from '../browser/browser-run.ts';
import { runInBrowser } from '../browser/run-in-browser.ts';
import type { MarketplaceDriver } from '../drivers/driver.ts';
import { SiteError } from '../drivers/site-error.ts';
import { evidenceUrl } from '../evidence/evidence-url.ts';
import { type Operation, stored } from './operation.ts';

/** What an operation works with once it is in. */
export type Site = { page: Page; driver: MarketplaceDriver };

/** Part of an attempt's time that is left for evidence and for closing the browser, in milliseconds at most. */
const MARGIN_MS = 20_000;

/**
 * Opens the account's site in a browser of its own and does something there; saves the session back when that has gone
 * well. On failure the evidence is kept and noted in the operation.
 * @throws what the operation, the driver or the browser threw.
 */
export async function inSite<T>(operation: Operation, use: (site: Site) => Promise<T>): Promise<T> {
  const { parts, account, secrets, context, job, steps } = operation;
  const driver = parts.drivers[account.site];
  if (!secrets.session && !secrets.credentials) throw new SiteError('login_required', 'Nobody has logged in yet.');
  const credentials = secrets.credentials && { email: account.email, password: secrets.credentials.password };
  const run = `${context.attempt}-${randomBytes(4).toString('hex')}`;
  const outcome = await runInBrowser(
    {
      ...parts.browser,
      ...(secrets.session ? { storageState: JSON.parse(secrets.session) as StorageState } : {}),
      locale: account.language,
      deadlineMs: timeLeft(operation),
      signal: context.signal,
      evidenceDir: path.resolve(parts.evidenceDir, job.jobId, run),
      secrets: credentials ? [credentials.password] : [],
    },
    async ({ page }) => {
      await driver.openSession(page, credentials ? { credentials } : {}, steps);
      return await use({ page, driver });
    },
  );
  context.log.info({ timings: outcome.timings }, outcome.ok ? 'the operation is done' : 'the operation failed');
  if (!outcome.ok) {
    noteEvidence(operation, run, outcome.evidence);
    throw outcome.error;
  }
  await stored(context.signal, () =>
    parts.accounts.saveSession(account.id, JSON.stringify(outcome.storageState), secrets.sessionVersion, parts.box),
  );
  return outcome.result;
}

function timeLeft({ parts: { timeoutMs }, began }: Operation): number {
  return Math.max(1, timeoutMs - Math.min(MARGIN_MS, timeoutMs / 4) - (performance.now() - began));
}

function noteEvidence(operation: Operation, run: string, evidence: Evidence | undefined): void {
  if (!evidence) return;
  const { context, job } = operation;
  for (const { file, reason } of evidence.missing) context.log.warn({ file, reason }, 'evidence could not be kept');
  if (evidence.files.length > 0) operation.evidence = evidenceUrl(job.jobId, run);
  const note = operation.evidence ? `evidence: ${operation.evidence}` : 'evidence could not be kept';
  context.progress(0, note);
}
