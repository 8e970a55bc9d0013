import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Accounts, type AccountsDatabase } from '@lanekeeper/accounts';
import { Dealers, type DealersDatabase } from '@lanekeeper/dealers';
import { freshDatabase } from '@lanekeeper/local-stack';
import { connectDatabase, createLogger, migrate, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { expect, inject, test } from 'vitest';
import { tables } from '../src/tables.ts';

const MAIN = path.join(import.meta.dirname, '../src/secrets-cli/main.ts');
const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

async function result(args: string[], env: Record<string, string>): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      text += part;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

test('rotation reseals the secrets of accounts and dealers, after which the old key is not needed', async () => {
  await using database = await freshDatabase(inject('mysqlAdminUrl'));
  const db = connectDatabase<never>({ url: database.url, poolSize: 2 });
  for (const [owner, ofOwner] of Object.entries(tables))
    await migrate(db, owner, ofOwner, createLogger('test', 'silent'));
  const [old, fresh] = [key('old'), key('fresh')];
  const accounts = new Accounts(db as unknown as Kysely<AccountsDatabase>);
  const { id } = await accounts.add({ email: 'a@example.com', site: 'generic', language: 'en-US' });
  await accounts.setSession(id, 'the session', new SecretBox(old));
  const dealers = new Dealers(db as unknown as Kysely<DealersDatabase>);
  const server = { baseUrl: 'http://127.0.0.1:1', environment: 'sandbox' as const, tokenSeparator: '', active: true };
  const rest = { name: 'D', timeZone: 'UTC', prslFilter: 'noPO' as const, quotaPerDay: null, minIntervalMs: 0 };
  await dealers.add('d1', { ...server, ...rest, apiKey: 'the key', secretKey: 'the secret' }, new SecretBox(old));

  const env = { DATABASE_URL: database.url, SECRETS_KEY: `${fresh},${old}` };
  expect(await result(['rotate'], env)).toEqual({
    code: 0,
    text: expect.stringMatching(/marketplace_accounts: 1 secrets .* fresh; 0 .*\ndealers: 2 secrets .* fresh; 0 /),
  });
  const alone = new SecretBox(fresh);
  expect((await accounts.secrets(id, alone))?.session).toBe('the session');
  expect((await dealers.access('d1', alone))?.credential).toMatchObject({ apiKey: 'the key', secretKey: 'the secret' });
  expect((await result(['rotate'], { ...env, SECRETS_KEY: key('other') })).text).toMatch(/no key "fresh"/);
  await db.destroy();
});

test('what is not understood is explained', async () => {
  expect(await result([], {})).toMatchObject({ code: 2, text: expect.stringMatching(/usage: npm run secrets/) });
  expect(await result(['rotate'], {})).toMatchObject({ code: 1, text: expect.stringMatching(/DATABASE_URL/) });
});
