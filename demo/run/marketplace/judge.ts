import { call } from '../call.ts';
import type { PlannedAccount } from './plan.ts';

interface Listing {
  title: string;
  renewals: number;
  photos: string[];
}

/** What is wrong with an account's listings in the site's own database; nothing, if each was published exactly once. */
export async function listingFaults(marketplace: string, account: PlannedAccount): Promise<string[]> {
  const { email, name, operations, old } = account;
  const url = `${marketplace}/judge/listings?account=${encodeURIComponent(email)}`;
  const listings = (await call<Listing[]>('GET', url)).toReversed();
  const published = listings.filter(({ title }) => !old.includes(title));
  const wanted = operations.flatMap((operation) => (operation.kind === 'post' ? [operation.title] : []));
  const faults: string[] = [];
  const found = published.map(({ title }) => title).join(', ');
  if (found !== wanted.join(', ')) faults.push(`${name} should have published ${wanted.join(', ')}, not ${found}`);
  for (const { title, photos } of published) if (photos.length === 0) faults.push(`${name}'s ${title} has no photo`);
  for (const { title, renewals } of listings.filter((listing) => old.includes(listing.title))) {
    if (renewals !== 1) faults.push(`${name}'s ${title} was renewed ${renewals} times, not once`);
  }
  return faults;
}

/** What is wrong with the browsers that the site has seen: never two of one account, never more than `most`. */
export async function browserFaults(marketplace: string, emails: readonly string[], most: number): Promise<string[]> {
  const seen = await call<{ peak: number; accounts: Record<string, { peak: number }> }>(
    'GET',
    `${marketplace}/judge/browsers`,
  );
  const faults = emails
    .filter((email) => (seen.accounts[email]?.peak ?? 0) !== 1)
    .map((email) => {
      return `${email} had ${seen.accounts[email]?.peak ?? 0} browsers at once, not one`;
    });
  if (seen.peak > most) faults.push(`${seen.peak} browsers were open at once, more than ${most}`);
  return faults;
}
