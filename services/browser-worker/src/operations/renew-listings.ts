import type { RenewData, RenewedListing, RenewOutcome } from '@lanekeeper/contracts';
import { inSite } from './in-site.ts';
import { measures, type Operation, stored } from './operation.ts';

/** Renews what is due, and goes on where an earlier attempt has stopped: each listing's outcome is kept at once. */
export async function renewListings(operation: Operation, data: RenewData): Promise<RenewOutcome> {
  const { parts, job, context, steps } = operation;
  const listings = await stored(context.signal, () => parts.operations.renewals(job.jobId));
  const max = data.renewalCount - countOf(listings, 'renewed') - countOf(listings, 'failed');
  if (max > 0) {
    const skip = new Set(listings.map(({ listingId }) => listingId));
    const onListing = async (outcome: RenewedListing) => {
      const position = listings.push(outcome);
      await stored(context.signal, () => parts.operations.renewed(job.jobId, outcome, position));
      context.progress(percentOf(listings, data.renewalCount), `${outcome.outcome}: listing ${outcome.listingId}`);
    };
    await inSite(operation, ({ page, driver }) => driver.renew(page, { max, skip, onListing }, steps));
  }
  return {
    operation: 'renew',
    renewed: countOf(listings, 'renewed'),
    notDue: countOf(listings, 'not-due'),
    failed: countOf(listings, 'failed'),
    listings,
    ...measures(operation),
  };
}

const countOf = (listings: readonly RenewedListing[], outcome: RenewedListing['outcome']): number =>
  listings.filter((listing) => listing.outcome === outcome).length;

const percentOf = (listings: readonly RenewedListing[], most: number): number =>
  10 + Math.round(85 * Math.min(1, (listings.length - countOf(listings, 'not-due')) / most));
