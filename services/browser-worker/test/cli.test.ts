import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Accounts, type AccountsDatabase, accountsMigrations } from '@lanekeeper/accounts';
import { freePort, freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, migrate, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { chromium } from 'playwright-core';
import { expect, inject, test, vi } from 'vitest';
import { chromiumPath } from './chromium.ts';
import { startMarketplace } from './marketplace.ts';

const SLOW = { timeout: 120_000 };
const PATIENCE = { timeout: 60_000, interval: 100 };
const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const password = 'pass-word-1';

/** Runs a tool; `said` is what it has printed so far. */
function run(cli: 'account-cli' | 'secrets-cli', args: string[], env: Record<string, string>) {
  const main = path.join(import.meta.dirname, '../src', cli, 'main.ts');
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

test('a person adds an account, logs in through a remote browser, and rotates the keys', SLOW, async () => {
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
  expect(await result('account-cli', ['add', email], env)).toMatchObject({ code: 0 });
  expect(await result('account-cli', ['add', email], env)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/e-mail/),
  });
  expect((await result('account-cli', ['login', email], env)).text).toMatch(/no display.*--remote/);
  const port = await freePort();
  const login = run('account-cli', ['login', email, '--remote', String(port)], env);
  const says = (text: RegExp) => vi.waitFor(() => expect(login.said()).toMatch(text), PATIENCE);
  await says(/Press Enter/);
  say(login.child, '\n');
  await says(/Not yet: /);
  await logInRemotely(port, email);
  say(login.child, '\n');
  expect((await login.ended)[0], login.said()).toBe(0);
  expect((await result('account-cli', ['list'], env)).text).toMatch(/hand@example\.com\tgeneric\tsession\tok/);

  const fresh = key('fresh');
  const rotated = await result('secrets-cli', ['rotate'], { ...env, SECRETS_KEY: `${fresh},${old}` });
  expect(rotated).toMatchObject({
    code: 0,
    text: expect.stringMatching(/1 secrets sealed under key fresh; 0 were already/),
  });
  const db = connectDatabase<AccountsDatabase>({ url: database.url, poolSize: 1 });
  await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, createLogger('test', 'silent'));
  const accounts = new Accounts(db);
  const [account] = await accounts.list();
  expect((await accounts.secrets(account?.id ?? '', new SecretBox(fresh)))?.session).toContain('cookies');
  await db.destroy();
  expect(await result('account-cli', ['remove', email], env)).toMatchObject({ code: 0 });
  expect((await result('account-cli', ['list'], env)).text).toBe('no accounts\n');
});

test('what is not understood is explained', SLOW, async () => {
  expect(await result('account-cli', [], {})).toMatchObject({
    code: 2,
    text: expect.stringMatching(/usage: npm run account/),
  });
  expect(await result('account-cli', ['list'], {})).toMatchObject({
    code: 1,
    text: expect.stringMatching(/DATABASE_URL/),
  });
});
