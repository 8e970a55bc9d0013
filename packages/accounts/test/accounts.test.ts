import { randomBytes } from 'node:crypto';
import { resealColumns, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Accounts, sealedAccountColumns, secretOwner } from '../src/mod.ts';
import { createAccountsDatabase } from './accounts-database.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const first = key('k1');
const box = new SecretBox(first);

let database: Awaited<ReturnType<typeof createAccountsDatabase>>;
let accounts: Accounts;
beforeAll(async () => {
  database = await createAccountsDatabase(inject('mysqlAdminUrl'));
  accounts = new Accounts(database.db);
});
afterAll(() => database[Symbol.asyncDispose]());

const add = (email: string) => accounts.add({ email, site: 'generic', language: 'en-US' });

test('an account is added, found by id and by e-mail whatever its case, changed and removed', async () => {
  const account = await add('Ann@example.com');
  expect(account).toMatchObject({ state: 'login_required', hasSession: false, hasCredentials: false });
  expect([...(await accounts.named([account.id, 'ann@EXAMPLE.com', 'nobody'])).keys()]).toEqual([
    account.id,
    'ann@EXAMPLE.com',
  ]);
  expect(await accounts.change(account.id, { language: 'es-ES' })).toBe(true);
  expect(await accounts.find(account.id)).toMatchObject({ language: 'es-ES' });
  expect(await accounts.change('nobody', { language: 'es-ES' })).toBe(false);
  expect(await accounts.remove(account.id)).toBe(true);
  expect(await accounts.remove(account.id)).toBe(false);
});

test('neither id nor e-mail is taken twice', async () => {
  const { id } = await add('taken@example.com');
  await expect(add('TAKEN@example.com')).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
  const again = accounts.add({ id, email: 'other@example.com', site: 'generic', language: 'en-US' });
  await expect(again).rejects.toMatchObject({ code: 'ID_TAKEN' });
});

test('secrets are unreadable in the database and open again, each in its own row and column only', async () => {
  const { id } = await add('secret@example.com');
  await accounts.setSession(id, '{"cookies":"hush"}', box);
  await accounts.setCredentials(id, { password: 'hush' }, box);
  const row = await database.db
    .selectFrom('marketplace_accounts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain('hush');
  expect(await accounts.find(id)).toMatchObject({ hasSession: true, hasCredentials: true, state: 'ok' });
  expect(JSON.stringify(await accounts.find(id))).not.toMatch(/hush|k1\./);
  expect(await accounts.secrets(id, box)).toMatchObject({
    session: '{"cookies":"hush"}',
    credentials: { password: 'hush' },
  });
  const { id: other } = await add('thief@example.com');
  await database.db.updateTable('marketplace_accounts').set({ session: row.session }).where('id', '=', other).execute();
  await expect(accounts.secrets(other, box)).rejects.toMatchObject({ code: 'DAMAGED' });
  await accounts.remove(other);
});

test('a session that a person has set meanwhile is not overwritten by the one that a worker brings back', async () => {
  const { id } = await add('race@example.com');
  await accounts.setSession(id, 'old', box);
  const taken = await accounts.secrets(id, box);
  await accounts.setSession(id, 'new', box);
  await accounts.saveSession(id, 'of the worker', taken?.sessionVersion ?? -1, box);
  expect((await accounts.secrets(id, box))?.session).toBe('new');
  const fresh = await accounts.secrets(id, box);
  await accounts.saveSession(id, 'of the worker', fresh?.sessionVersion ?? -1, box);
  expect((await accounts.secrets(id, box))?.session).toBe('of the worker');
});

test('rotation seals everything anew, after which the old key is not needed any more', async () => {
  const { id } = await add('rotate@example.com');
  await accounts.setSession(id, 'kept', box);
  const second = key('k2');
  const reseal = (anew: SecretBox) =>
    resealColumns(database.db as unknown as Kysely<never>, sealedAccountColumns, anew);
  const { resealed } = await reseal(new SecretBox(`${second},${first}`));
  expect(resealed).toBeGreaterThanOrEqual(1);
  const alone = new SecretBox(second);
  expect((await accounts.secrets(id, alone))?.session).toBe('kept');
  await expect(accounts.secrets(id, box)).rejects.toMatchObject({ code: 'UNKNOWN_KEY' });
  expect(await reseal(alone)).toEqual({ resealed: 0, current: resealed });
  expect(secretOwner(id, 'session')).toBe(`account:${id}:session`);
});
