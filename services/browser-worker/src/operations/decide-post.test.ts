import type { Post } from '@lanekeeper/accounts';
import { expect, test } from 'vitest';
import { decidePost, type PostFacts } from './decide-post.ts';

const beganAt = new Date(1_000);
const post = (jobId: string, changes: Partial<Post> = {}): Post => ({
  jobId,
  state: 'publishing',
  guards: true,
  listingId: null,
  listingUrl: null,
  reviewed: false,
  beganAt,
  ...changes,
});
const published = (jobId: string, changes: Partial<Post> = {}) => post(jobId, { state: 'published', ...changes });
const decide = (facts: Partial<PostFacts>) =>
  decidePost({
    jobId: 'me',
    retryOf: 'before',
    allowDuplicate: false,
    intended: false,
    submittedAt: new Date(500),
    posts: [],
    ...facts,
  });

test.each<[string, Partial<PostFacts>, ReturnType<typeof decide>]>([
  ['nothing is known', {}, { do: 'post' }],
  ['it was announced, and nothing noted', { intended: true }, { do: 'look', since: new Date(500), of: 'me' }],
  ['its own click is unknown', { posts: [post('me')] }, { do: 'look', since: beganAt, of: 'me' }],
  ['it has published', { posts: [published('me')] }, { do: 'tell', post: published('me') }],
  ['the job that it repeats had clicked', { posts: [post('before')] }, { do: 'look', since: beganAt, of: 'before' }],
  [
    'the job that it repeats had published',
    { posts: [published('before')] },
    { do: 'tell', post: published('before') },
  ],
  ['another has published the same', { posts: [published('you')] }, { do: 'refuse', post: published('you') }],
  ['another may have', { posts: [post('you')] }, { do: 'look', since: beganAt, of: 'you' }],
  ['another has, and may', { posts: [published('you')], allowDuplicate: true }, { do: 'post' }],
  ['another has, which was allowed to', { posts: [published('you', { guards: false })] }, { do: 'post' }],
  [
    'its own goes before others',
    { posts: [published('you', { guards: false }), post('me')] },
    { do: 'look', since: beganAt, of: 'me' },
  ],
])('when %s', (_when, facts, decision) => {
  expect(decide(facts)).toEqual(decision);
});
