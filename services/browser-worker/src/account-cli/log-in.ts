import { createInterface } from 'node:readline/promises';
import type { Account, Accounts } from '@lanekeeper/accounts';
import type { SecretBox } from '@lanekeeper/service-kit';
import type { Page } from 'playwright-core';
import { runInBrowser } from '../browser/run-in-browser.ts';
import type { BrowserWorkerConfig } from '../config.ts';
import type { MarketplaceDriver } from '../drivers/driver.ts';
import { SiteError } from '../drivers/site-error.ts';
import { StepLog } from '../drivers/step-log.ts';
import { openDrivers } from '../open-drivers.ts';

/** Time to log in, in milliseconds. */
const WITHIN_MS = 30 * 60_000;

/** What logging in by hand takes. `remote`: a port on this machine to see the browser through. */
export type LogIn = {
  accounts: Accounts;
  account: Account;
  box: SecretBox;
  config: Pick<BrowserWorkerConfig, 'CHROMIUM_PATH' | 'CHROMIUM_SANDBOX' | 'GENERIC_SITE_URL' | 'FACEBOOK_SITE_URL'>;
  remote: string | undefined;
};

/** Opens a browser for a person to log in, checks that the site agrees, and keeps the session. Answers the exit code. */
export async function logInByHand({ accounts, account, box, config, remote }: LogIn): Promise<number> {
  const port = remote === undefined ? undefined : Number(remote);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    console.error('--remote must be a port');
    return 2;
  }
  if (port === undefined && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.error(`There is no display here. See the browser from another machine: add --remote 9222`);
    return 1;
  }
  const outcome = await runInBrowser(
    {
      executablePath: config.CHROMIUM_PATH,
      headless: port !== undefined,
      ...(config.CHROMIUM_SANDBOX === 'auto' ? {} : { sandbox: config.CHROMIUM_SANDBOX === 'on' }),
      ...(port === undefined ? {} : { remoteDebuggingPort: port }),
      locale: account.language,
      deadlineMs: WITHIN_MS,
    },
    ({ page }) => untilLoggedIn(page, openDrivers(config)[account.site], port),
  );
  if (!outcome.ok) {
    console.error(outcome.error instanceof Error ? outcome.error.message : String(outcome.error));
    return 1;
  }
  await accounts.setSession(account.id, JSON.stringify(outcome.storageState), box);
  console.log(`${account.id} is logged in. If its lane is paused: POST /v1/lanes/browser/${account.id}/resume`);
  return 0;
}

async function untilLoggedIn(page: Page, driver: MarketplaceDriver, port: number | undefined): Promise<void> {
  using terminal = createInterface({ input: process.stdin, output: process.stdout });
  await wall(page, driver);
  if (port === undefined) console.log('Log in, in the browser that has opened.');
  else {
    console.log(`The browser listens on 127.0.0.1:${port}, on this machine only. From yours:`);
    console.log(
      `  ssh -L ${port}:127.0.0.1:${port} <this machine>, then open chrome://inspect and add localhost:${port}`,
    );
  }
  for (;;) {
    await terminal.question('Press Enter when you are logged in. ');
    const missing = await wall(page, driver);
    if (missing === undefined) return;
    console.log(`Not yet: ${missing}`);
  }
}

/** What the site still asks for; undefined once it lets the account in. */
async function wall(page: Page, driver: MarketplaceDriver): Promise<string | undefined> {
  try {
    await driver.openSession(page, {}, new StepLog());
    return undefined;
  } catch (error) {
    if (error instanceof SiteError && error.accountState !== 'site_error') return error.message;
    throw error;
  }
}
