import type { Kysely, Selectable } from 'kysely';
import type { AccountsDatabase, MarketplacePostsTable } from './accounts-schema.ts';

/** A post that was made, or of which nobody knows whether it was. */
export type Post = {
  jobId: string;
  state: 'publishing' | 'published';
  /** Whether it keeps the account from posting the same again. */
  guards: boolean;
  listingId: string | null;
  listingUrl: string | null;
  reviewed: boolean;
  beganAt: Date;
};

/** A post that is about to be made. */
export type PostIntent = {
  jobId: string;
  accountId: string;
  contentHash: string;
  allowDuplicate: boolean;
  beganAt: Date;
  /** The job of an earlier post whose place this one takes: it came to nothing. */
  instead?: string | undefined;
};

/** A published listing. */
export type Published = { listingId: string; listingUrl: string; reviewed: boolean };

/**
 * What accounts have posted: the guard against posting the same twice, and what a crashed post is reconciled by. A post is
 * noted before Publish is clicked, so that whatever happens then, somebody looks before anyone clicks again.
 */
export class Posts {
  readonly #db: Kysely<AccountsDatabase>;

  constructor(db: Kysely<AccountsDatabase>) {
    this.#db = db;
  }

  /** What an account has posted of the same content, the oldest first. */
  async sameContent(accountId: string, contentHash: string): Promise<Post[]> {
    const rows = await this.#db
      .selectFrom('marketplace_posts')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('content_hash', '=', contentHash)
      .orderBy('began_at')
      .execute();
    return rows.map(postOf);
  }

  /** Every listing that is known to be an account's. */
  async listingIds(accountId: string): Promise<Set<string>> {
    const rows = await this.#db
      .selectFrom('marketplace_posts')
      .select('listing_id')
      .where('account_id', '=', accountId)
      .where('listing_id', 'is not', null)
      .execute();
    return new Set(rows.map(({ listing_id: id }) => String(id)));
  }

  /** Notes that Publish is about to be clicked. @throws the database's error also when the content is posted already. */
  async intend({ jobId, accountId, contentHash, allowDuplicate, beganAt, instead }: PostIntent): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const replaced = [jobId, ...(instead === undefined ? [] : [instead])];
      await db
        .deleteFrom('marketplace_posts')
        .where('job_id', 'in', replaced)
        .where('state', '=', 'publishing')
        .execute();
      await db
        .insertInto('marketplace_posts')
        .values({
          job_id: jobId,
          account_id: accountId,
          content_hash: contentHash,
          guard_hash: allowDuplicate ? null : contentHash,
          state: 'publishing',
          listing_id: null,
          listing_url: null,
          began_at: beganAt,
        })
        .execute();
    });
  }

  /** Notes the listing that came of a post. */
  async published(jobId: string, { listingId, listingUrl, reviewed }: Published): Promise<void> {
    await this.#db
      .updateTable('marketplace_posts')
      .set({ state: 'published', listing_id: listingId, listing_url: listingUrl, reviewed: Number(reviewed) })
      .where('job_id', '=', jobId)
      .execute();
  }
}

function postOf(row: Selectable<MarketplacePostsTable>): Post {
  const { state, job_id: jobId, listing_id: listingId, listing_url: listingUrl, began_at: beganAt } = row;
  return {
    jobId,
    state,
    guards: row.guard_hash !== null,
    listingId,
    listingUrl,
    reviewed: row.reviewed === 1,
    beganAt,
  };
}
