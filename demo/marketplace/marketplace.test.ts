import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildMarketplace } from './app.ts';
import type { Misbehaviour } from './misbehaviour.ts';

const EMAIL = 'ana@example.com';
const PASSWORD = 's3cret';

let app: FastifyInstance;
let dir: string;
const build = () => buildMarketplace({ file: path.join(dir, 'site.sqlite'), delayMs: 0, renewAfterMs: 7 * 86_400_000 });

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-site-'));
  app = await build();
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true, force: true });
});

const judge = async (route: string, payload: object) => {
  const answer = await app.inject({ method: 'POST', url: `/judge/${route}`, payload });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

/** Sets the account up, and answers the header of a session for it. */
async function session(misbehaviour: Misbehaviour = {}, language = 'en'): Promise<{ cookie: string }> {
  await judge('accounts', { email: EMAIL, password: PASSWORD, language, misbehaviour });
  const { cookies } = await judge('sessions', { account: EMAIL });
  return { cookie: `session=${cookies[0].value}` };
}

const logIn = (password: string, next = '/marketplace/you/selling') =>
  app.inject({
    method: 'POST',
    url: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: EMAIL, password, next }).toString(),
  });

async function upload(headers: { cookie: string }): Promise<string> {
  const payload = Buffer.from('a photo');
  const answer = await app.inject({
    method: 'POST',
    url: '/ajax/photos',
    headers: { ...headers, 'content-type': 'image/jpeg' },
    payload,
  });
  return answer.json().id;
}

const item = {
  title: 'Oak table',
  price: '250',
  category: 'Furniture',
  condition: 'New',
  location: 'Boston, Massachusetts',
};

let drafts = 0;
async function publish(headers: { cookie: string }, fields: object = {}, more: object = {}) {
  const photos = [await upload(headers)];
  const payload = {
    draft: `draft-${++drafts}-of-a-test`,
    kind: 'item',
    fields: { ...item, ...fields },
    photos,
    ...more,
  };
  return app.inject({ method: 'POST', url: '/ajax/listings', headers, payload });
}

const listings = async () => (await app.inject(`/judge/listings?account=${EMAIL}`)).json();
const titles = async () => (await listings()).map(({ title }: { title: string }) => title);

test('asks for a login, in the language of the browser, and goes on where it was asked for', async () => {
  await session();
  const first = await app.inject('/marketplace/create/item');
  expect(first.headers.location).toBe('/login?next=%2Fmarketplace%2Fcreate%2Fitem');
  const form = await app.inject({ url: '/login', headers: { 'accept-language': 'es-ES,es;q=0.9' } });
  expect(form.body).toContain('Inicia sesión');
  expect((await logIn('wrong')).body).toContain('role="alert"');
  const answer = await logIn(PASSWORD);
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/marketplace/you/selling']);
  expect(answer.headers['set-cookie']).toMatch(/^session=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax/);
  expect((await logIn(PASSWORD, '//evil.example')).headers.location).toBe('/marketplace');
});

test('names its classes anew with each load, and its controls by aria-labelledby', async () => {
  const headers = await session();
  const load = async () => (await app.inject({ url: '/marketplace/create/item', headers })).body;
  const [one, other] = [await load(), await load()];
  const classes = (text: string) => new Set(text.match(/\bx[0-9a-f]{7}\b/g));
  expect(classes(one).size).toBeGreaterThan(20);
  expect([...classes(one)].filter((name) => classes(other).has(name))).toEqual([]);
  expect(one).toMatch(/<span id="(x[0-9a-f]{7})">Title<\/span><input[^>]* aria-labelledby="\1"/);
  expect(one).not.toMatch(/class="[^"]*\b(field|button|side)\b/);
});

test('publishes what is right, and says field by field what is not', async () => {
  const headers = await session();
  const answer = await publish(headers);
  const [stored] = await listings();
  expect(answer.json()).toEqual({
    listing: { url: `/marketplace/item/${stored.listingId}` },
    redirect: '/marketplace/you/selling?published',
  });
  expect((await app.inject({ url: `/marketplace/item/${stored.listingId}`, headers })).body).toContain('$250');
  const wrong = { title: '', price: '1.5', category: 'Nonsense', location: 'Bost', description: 'a replica' };
  const refusal = await publish(headers, wrong, { photos: [] });
  expect(refusal.statusCode).toBe(422);
  expect(refusal.json().errors).toEqual([
    { field: 'title', error: 'missing' },
    { field: 'price', error: 'price' },
    { field: 'category', error: 'missing' },
    { field: 'description', error: 'prohibited' },
    { field: 'location', error: 'location' },
    { field: 'photos', error: 'photoMissing' },
  ]);
  expect(await titles()).toEqual(['Oak table']);
});

test('makes one listing of one form, however often it is sent', async () => {
  const headers = await session();
  const one = await publish(headers, {}, { draft: 'the-same-form' });
  const other = await publish(headers, {}, { draft: 'the-same-form' });
  expect(other.json()).toEqual(one.json());
  expect(await titles()).toHaveLength(1);
});

test('keeps everything over its own restart', async () => {
  const headers = await session();
  await publish(headers);
  await app.close();
  app = await build();
  expect(await titles()).toEqual(['Oak table']);
  expect((await app.inject({ url: '/marketplace/you/selling', headers })).body).toContain('Your listings (1)');
});

test('shows Renew on what is old enough, once', async () => {
  const headers = await session({}, 'es');
  const { listingId } = await judge('listings', { account: EMAIL, title: 'Old', price: 1, ageDays: 8 });
  const young = await judge('listings', { account: EMAIL, title: 'Young', price: 1, ageDays: 6 });
  const buttons = async () =>
    (await app.inject({ url: '/marketplace/you/selling', headers })).body.match(/data-renew="\d+">Renovar/g) ?? [];
  expect(await buttons()).toEqual([`data-renew="${listingId}">Renovar`]);
  const renew = (id: string) => app.inject({ method: 'POST', url: `/ajax/listings/${id}/renew`, headers });
  expect((await renew(listingId)).statusCode).toBe(200);
  expect((await renew(listingId)).statusCode).toBe(409);
  expect((await renew(young.listingId)).statusCode).toBe(409);
  expect((await renew('123')).statusCode).toBe(404);
  expect(await buttons()).toEqual([]);
});

test('loads the rows of the selling page by twenties, in the names of the page', async () => {
  const headers = await session();
  for (let index = 0; index < 25; index++) await judge('listings', { account: EMAIL, title: `t${index}`, price: 1 });
  const page = (await app.inject({ url: '/marketplace/you/selling', headers })).body;
  const seed = /data-seed="(\w+)"/.exec(page)?.[1];
  const rest = await app.inject({ url: `/ajax/selling?offset=20&seed=${seed}`, headers });
  expect(rest.headers['x-next-offset']).toBeUndefined();
  const found = [...`${page}${rest.body}`.matchAll(/<h3 id="\w+"><a [^>]*>(t\d+)</g)].map(([, title]) => title);
  expect(found).toEqual(Array.from({ length: 25 }, (_, index) => `t${24 - index}`));
  const [button] = /class="(x\w+)"/.exec(rest.body) ?? [];
  expect(page).toContain(button);
});

test('escapes what people type', async () => {
  const headers = await session();
  await publish(headers, { title: '<script>alert("1")</script>' });
  const page = await app.inject({ url: '/marketplace/you/selling', headers });
  expect(page.body).toContain('&lt;script&gt;alert(&quot;1&quot;)');
});

test.for([
  ['a checkpoint', { checkpoint: true }, /Confirm that it&#39;s you/],
  ['a limit', { limitAfterPosts: 0 }, /Limit reached/],
  ['an ended session', { sessionExpiresAfter: 0 }, /^$/],
  ['another layout', { layout: 'b' }, /<select aria-label="Condition"/],
] as const)('treats an account to %s', async ([, misbehaviour, expected]) => {
  const headers = await session(misbehaviour);
  expect((await app.inject({ url: '/marketplace/create/item', headers })).body).toMatch(expected);
});

test('lets a person through a checkpoint', async () => {
  const headers = { ...(await session({ checkpoint: true })), 'content-type': 'application/x-www-form-urlencoded' };
  const enter = (code: string) => app.inject({ method: 'POST', url: '/checkpoint', headers, payload: `code=${code}` });
  expect((await enter('12')).body).toContain('That code is not correct');
  expect((await enter('123456')).statusCode).toBe(303);
  expect((await app.inject({ url: '/marketplace', headers })).body).toContain('picks');
});

test('fails Publish as often as told, with nothing published', async () => {
  const headers = await session({ publish: { fault: 'error', times: 1 } });
  expect((await publish(headers)).statusCode).toBe(500);
  expect(await titles()).toEqual([]);
  expect((await publish(headers)).statusCode).toBe(201);
});

test('ends the sessions of an account after so many posts', async () => {
  const headers = await session({ sessionExpiresAfterPosts: 2 });
  expect((await publish(headers)).statusCode).toBe(201);
  expect((await publish(headers)).statusCode).toBe(201);
  expect((await app.inject({ url: '/marketplace', headers })).headers.location).toMatch(/^\/login/);
});

test('loses the answer of what it has published, also when the browser asks again', async () => {
  const headers = await session({ publish: { fault: 'answer-lost', times: 1 } });
  const photos = [await upload(headers)];
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const send = () =>
    fetch(`${url}/ajax/listings`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ draft: 'the-same-form', kind: 'item', fields: item, photos }),
    });
  await expect(send()).rejects.toThrow();
  await expect(send()).rejects.toThrow();
  expect(await titles()).toHaveLength(1);
});

test('counts the browsers that have it open', async () => {
  const headers = await session();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const enter = async (tab: string) => {
    const leave = new AbortController();
    await fetch(`${url}/ajax/presence?tab=${tab}`, { headers, signal: leave.signal });
    return leave;
  };
  const counts = async () => (await app.inject('/judge/browsers')).json();
  const [one, again, other] = [await enter('one'), await enter('one'), await enter('other')];
  expect(await counts()).toEqual({ open: 2, peak: 2, accounts: { [EMAIL]: { open: 2, peak: 2 } } });
  for (const leave of [one, again, other]) leave.abort();
  await expect.poll(counts, { timeout: 20_000 }).toMatchObject({ open: 0, peak: 2 });
  await app.inject({ method: 'DELETE', url: '/judge/browsers' });
  expect(await counts()).toEqual({ open: 0, peak: 0, accounts: {} });
});

test('shows its judge to this machine only', async () => {
  const answer = await app.inject({ url: `/judge/listings?account=${EMAIL}`, remoteAddress: '192.0.2.1' });
  expect(answer.statusCode).toBe(404);
});
