import type { Post } from '@lanekeeper/accounts';

/** What is known before a post. */
export type PostFacts = {
  jobId: string;
  /** The job that this one repeats. */
  retryOf: string | undefined;
  allowDuplicate: boolean;
  /** An earlier attempt had announced the click on Publish. */
  intended: boolean;
  /** When the job was submitted: no earlier attempt began before. */
  submittedAt: Date;
  /** What the account has posted of the same content. */
  posts: readonly Post[];
};

/** What to do about a post. */
export type PostDecision =
  | { do: 'post' }
  /** Nobody knows whether it was published: look for it on the site first. `of`: the job that may have published it. */
  | { do: 'look'; since: Date; of: string }
  /** This very job has published it, and died before it could say so. */
  | { do: 'tell'; post: Post }
  /** The account has posted the same before. */
  | { do: 'refuse'; post: Post };

/**
 * Decides from what was noted before earlier clicks on Publish. Pure. A job's own post, or that of the job it repeats, goes
 * first; then that of another job, unless duplicates are allowed.
 */
export function decidePost({ jobId, retryOf, allowDuplicate, intended, submittedAt, posts }: PostFacts): PostDecision {
  const of = (id: string | undefined) => posts.find((post) => post.jobId === id);
  const own = of(jobId) ?? of(retryOf);
  if (own) return own.state === 'published' ? { do: 'tell', post: own } : lookFor(own);
  // Its note is gone; the job's own log is the second memory.
  if (intended) return { do: 'look', since: submittedAt, of: jobId };
  const other = allowDuplicate ? undefined : posts.find(({ guards }) => guards);
  if (!other) return { do: 'post' };
  return other.state === 'published' ? { do: 'refuse', post: other } : lookFor(other);
}

const lookFor = ({ beganAt, jobId }: Post): PostDecision => ({ do: 'look', since: beganAt, of: jobId });
