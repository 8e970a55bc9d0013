import { contentHash, type Post, type Published } from '@lanekeeper/accounts';
import type { PostData, PostOutcome } from '@lanekeeper/contracts';
import { JobUncertain } from '@lanekeeper/lanes';
import { jobFailure } from '@lanekeeper/worker-kit';
import { type Listing, shownTitle } from '../drivers/listing.ts';
import { decidePost, type PostDecision } from './decide-post.ts';
import { inSite, type Site } from './in-site.ts';
import { measures, type Operation, stored } from './operation.ts';
import { PhotoDir } from './photo-dir.ts';

/** What came of an attempt to post: the listing, and whether an earlier attempt had published it. */
type Posted = Published & { foundAgain?: true };

/**
 * Posts one listing, once: what an earlier attempt may have published is looked for on the site before anything is
 * published again.
 */
export async function postListing(operation: Operation, data: PostData): Promise<PostOutcome> {
  const decision = await decide(operation, data);
  if (decision.do === 'refuse') throw duplicate(decision.post.listingId);
  const posted = decision.do === 'tell' ? toldAgain(decision.post) : await postInBrowser(operation, data, decision);
  return { operation: 'post', ...posted, ...measures(operation) };
}

async function decide({ parts, job, context }: Operation, data: PostData): Promise<PostDecision> {
  const posts = await stored(context.signal, () => parts.posts.sameContent(data.accountId, contentHash(data.listing)));
  return decidePost({
    jobId: job.jobId,
    retryOf: job.retryOf,
    allowDuplicate: data.allowDuplicate ?? false,
    intended: context.intents.includes('publish'),
    submittedAt: new Date(job.submittedAt),
    posts,
  });
}

async function postInBrowser(
  operation: Operation,
  data: PostData,
  decision: Extract<PostDecision, { do: 'post' | 'look' }>,
): Promise<Posted> {
  await using photos = await PhotoDir.make(operation.parts.fetcher, data.listing.images);
  // Before the browser starts, unless the listing may be there already and need no photos.
  if (decision.do === 'post') await photos.fetch(operation.context.signal);
  return await inSite(operation, async (site) => {
    const found = decision.do === 'look' ? await findAgain(operation, data, site, decision) : undefined;
    return found ?? (await publish(operation, data, site, await photos.fetch(operation.context.signal), decision));
  });
}

async function publish(
  operation: Operation,
  data: PostData,
  { page, driver }: Site,
  photos: readonly string[],
  decision: PostDecision,
): Promise<Posted> {
  const { parts, job, context, steps } = operation;
  const beforePublish = async () => {
    await stored(context.signal, () =>
      parts.posts.intend({
        jobId: job.jobId,
        accountId: data.accountId,
        contentHash: contentHash(data.listing),
        allowDuplicate: data.allowDuplicate ?? false,
        beganAt: operation.beganAt,
        instead: decision.do === 'look' ? decision.of : undefined,
      }),
    );
    await context.intend('publish');
    operation.clicked = true;
  };
  const posted = await driver.post(page, listingOf(data, photos), { beforePublish }, steps);
  await stored(context.signal, () => parts.posts.published(job.jobId, posted));
  return posted;
}

/** Looks for what an earlier attempt, or another job, may have published. Undefined: it is surely not there. */
async function findAgain(
  { parts, job, context, steps }: Operation,
  { accountId, listing }: PostData,
  { page, driver }: Site,
  { since, of }: Extract<PostDecision, { do: 'look' }>,
): Promise<Posted | undefined> {
  const exclude = await stored(context.signal, () => parts.posts.listingIds(accountId));
  const found = await driver.findListing(
    page,
    { title: shownTitle(listing), price: listing.price, since, exclude },
    steps,
  );
  if (found === 'absent') return undefined;
  if (found === 'unknown') throw uncertain();
  const published = { ...found, reviewed: false };
  await stored(context.signal, () => parts.posts.published(of, published));
  if (of !== job.jobId && of !== job.retryOf) throw duplicate(found.listingId);
  return { ...published, foundAgain: true };
}

function listingOf({ listing: { images: _, ...listing } }: PostData, photos: readonly string[]): Listing {
  return { kind: listing.vehicle ? 'vehicle' : 'item', ...listing, photos };
}

const toldAgain = ({ listingId, listingUrl, reviewed }: Post): Posted => ({
  listingId: listingId ?? '',
  listingUrl: listingUrl ?? '',
  reviewed,
  foundAgain: true,
});

const duplicate = (listingId: string | null) =>
  jobFailure(
    'DUPLICATE_LISTING',
    `The account has posted the very same before, as listing ${listingId}; with allowDuplicate it is posted again.`,
  );

const uncertain = () =>
  new JobUncertain({
    code: 'PUBLISH_UNKNOWN',
    message:
      'An earlier attempt clicked Publish, and the selling page does not tell whether the listing is there. ' +
      'Look on the site, then resolve the job.',
  });
