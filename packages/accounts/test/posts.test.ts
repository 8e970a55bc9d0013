import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { contentHash, Operations, Posts } from '../src/mod.ts';
import { createAccountsDatabase } from './accounts-database.ts';

let database: Awaited<ReturnType<typeof createAccountsDatabase>>;
let posts: Posts;
let operations: Operations;
beforeAll(async () => {
  database = await createAccountsDatabase(inject('mysqlAdminUrl'));
  posts = new Posts(database.db);
  operations = new Operations(database.db);
});
afterAll(() => database[Symbol.asyncDispose]());

const intent = (jobId: string, changes: object = {}) => ({
  jobId,
  accountId: 'a',
  contentHash: 'h',
  allowDuplicate: false,
  beganAt: new Date('2026-01-01T00:00:00.123Z'),
  ...changes,
});
const listing = { listingId: '1', listingUrl: 'http://site/1', reviewed: true };

test('the same content is posted once per account, unless duplicates are allowed or the earlier post came to nothing', async () => {
  await posts.intend(intent('j1'));
  await posts.intend(intent('j1'));
  await expect(posts.intend(intent('j2'))).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' });
  await posts.intend(intent('j2', { accountId: 'b' }));
  await posts.intend(intent('j3', { allowDuplicate: true }));
  await posts.intend(intent('j4', { instead: 'j1' }));
  expect((await posts.sameContent('a', 'h')).map(({ jobId }) => jobId).toSorted()).toEqual(['j3', 'j4']);
});

test('a published post is remembered with its listing, and is nobody’s to replace', async () => {
  await posts.intend(intent('p1', { contentHash: 'p' }));
  await posts.published('p1', listing);
  expect(await posts.sameContent('a', 'p')).toEqual([
    { jobId: 'p1', state: 'published', guards: true, ...listing, beganAt: new Date('2026-01-01T00:00:00.123Z') },
  ]);
  expect(await posts.listingIds('a')).toEqual(new Set(['1']));
  await expect(posts.intend(intent('p2', { contentHash: 'p', instead: 'p1' }))).rejects.toMatchObject({
    code: 'ER_DUP_ENTRY',
  });
});

test('completed operations count once, and renewals are kept in order', async () => {
  const operation = { jobId: 'o1', accountId: 'a', operation: 'post' } as const;
  await operations.completed(operation);
  await operations.completed(operation);
  await operations.completed({ ...operation, jobId: 'o2' });
  expect(await operations.counts()).toEqual(new Map([['a', 2]]));
  await operations.renewed('r', { listingId: '9', title: 'b', outcome: 'renewed' }, 1);
  await operations.renewed('r', { listingId: '3', title: 'a', outcome: 'failed', reason: 'no' }, 2);
  await operations.renewed('r', { listingId: '9', title: 'b', outcome: 'renewed' }, 1);
  expect(await operations.renewals('r')).toEqual([
    { listingId: '9', title: 'b', outcome: 'renewed' },
    { listingId: '3', title: 'a', outcome: 'failed', reason: 'no' },
  ]);
});

test('the hash does not depend on the order of fields, and on nothing but the content', () => {
  const one = { title: 't', description: 'd', price: 1, images: ['http://p/1'] };
  const other = { images: ['http://p/1'], price: 1, description: 'd', title: 't' };
  expect(contentHash(one)).toBe(contentHash(other));
  expect(contentHash(one)).toMatch(/^[0-9a-f]{64}$/);
  for (const changed of [{ price: 2 }, { images: ['http://p/2'] }, { location: 'Austin' }]) {
    expect(contentHash({ ...one, ...changed })).not.toBe(contentHash(one));
  }
});
