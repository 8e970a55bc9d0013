import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Accounts, type AccountsDatabase } from '@lanekeeper/accounts';
import { freePort, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, SecretBox } from '@lanekeeper/service-kit';
import { chromium } from 'playwright-core';
import { expect, inject, test, vi } from 'vitest';
import { chromiumPath } from './chromium.ts';
import { startMarketplace } from './marketplace.ts';

const SLOW = { timeout: 120_000 };
const PATIENCE = { timeout: 60_000, interval: 100 };
const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const password = 'pass-word-1';

/** Runs a tool; `said` is what it has printed so far. */
function run(args: string[], env: Record<string, string>) {
  const main = path.join(import.meta.dirname, '../src/account-cli/main.ts');
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      text += part;
    });
  }
  return { child, said: () => text, ended: once(child, 'close') as Promise<[number | null]> };
}

async function result(...args: Parameters<typeof run>): Promise<{ code: number | null; text: string }> {
  const { ended, said } = run(...args);
  const [code] = await ended;
  return { code, text: said() };
}

/** Logs in through the browser's remote port, as somebody at another machine does. */
async function logInRemotely(port: number, email: string): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const page = browser
    .contexts()
    .flatMap((context) => context.pages())
    .find((open) => open.url().includes('/login'));
  await page?.getByRole('textbox', { name: 'Email' }).fill(email);
  await page?.getByLabel('Password').fill(password);
  await page?.getByRole('button', { name: 'Log in' }).click();
  await page?.waitForURL((url) => !url.pathname.startsWith('/login'));
  await browser.close();
}

const say = (child: ChildProcess, text: string) => child.stdin?.write(text);

test('a person adds an account and logs in through a remote browser', SLOW, async () => {
  await using database = await freshDatabase(inject('mysqlAdminUrl'));
  await using site = await startMarketplace({ delayMs: 0 });
  const email = 'hand@example.com';
  await site.setAccount({ email, password });
  const old = key('old');
  const env = {
    DATABASE_URL: database.url,
    SECRETS_KEY: old,
    GENERIC_SITE_URL: site.url,
    CHROMIUM_PATH: await chromiumPath(),
  };
  expect(await result(['add', email], env)).toMatchObject({ code: 0 });
  expect(await result(['add', email], env)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/e-mail/),
  });
  expect((await result(['login', email], env)).text).toMatch(/no display.*--remote/);
  const port = await freePort();
  const login = run(['login', email, '--remote', String(port)], env);
  const says = (text: RegExp) => vi.waitFor(() => expect(login.said()).toMatch(text), PATIENCE);
  await says(/Press Enter/);
  say(login.child, '\n');
  await says(/Not yet: /);
  await logInRemotely(port, email);
  say(login.child, '\n');
  expect((await login.ended)[0], login.said()).toBe(0);
  expect((await result(['list'], env)).text).toMatch(/hand@example\.com\tgeneric\tsession\tok/);

  const db = connectDatabase<AccountsDatabase>({ url: database.url, poolSize: 1 });
  const accounts = new Accounts(db);
  const [account] = await accounts.list();
  expect((await accounts.secrets(account?.id ?? '', new SecretBox(old)))?.session).toContain('cookies');
  await db.destroy();
  expect(await result(['remove', email], env)).toMatchObject({ code: 0 });
  expect((await result(['list'], env)).text).toBe('no accounts\n');
});

test('what is not understood is explained', SLOW, async () => {
  expect(await result([], {})).toMatchObject({
    code: 2,
    text: expect.stringMatching(/usage: npm run account/),
  });
  expect(await result(['list'], {})).toMatchObject({
    code: 1,
    text: expect.stringMatching(/DATABASE_URL/),
  });
});
