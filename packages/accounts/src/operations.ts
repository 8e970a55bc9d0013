import type { RenewedListing } from '@lanekeeper/contracts';
import type { Kysely } from 'kysely';
import type { AccountsDatabase, MarketplaceOperationsTable } from './accounts-schema.ts';

/** An operation that was completed. */
export type Operation = {
  jobId: string;
  accountId: string;
  operation: MarketplaceOperationsTable['operation'];
};

/** Which operations were completed, and how far renewals have come. Everything may be noted twice. */
export class Operations {
  readonly #db: Kysely<AccountsDatabase>;

  constructor(db: Kysely<AccountsDatabase>) {
    this.#db = db;
  }

  /** Notes that an operation was completed. */
  async completed({ jobId, accountId, operation }: Operation): Promise<void> {
    await this.#db
      .insertInto('marketplace_operations')
      .ignore()
      .values({ job_id: jobId, account_id: accountId, operation, completed_at: new Date() })
      .execute();
  }

  /** How many operations each account has completed; accounts with none are left out. */
  async counts(): Promise<Map<string, number>> {
    const rows = await this.#db
      .selectFrom('marketplace_operations')
      .select(({ fn }) => ['account_id', fn.countAll<number>().as('count')])
      .groupBy('account_id')
      .execute();
    return new Map(rows.map(({ account_id: id, count }) => [id, Number(count)]));
  }

  /** What a renewal has done so far, in order. */
  async renewals(jobId: string): Promise<RenewedListing[]> {
    const rows = await this.#db
      .selectFrom('marketplace_renewals')
      .selectAll()
      .where('job_id', '=', jobId)
      .orderBy('position')
      .execute();
    return rows.map(({ listing_id: listingId, title, outcome, reason }) => ({
      listingId,
      title,
      outcome,
      ...(reason === null ? {} : { reason }),
    }));
  }

  /** Notes what became of one listing of a renewal. `position`: its place in the job. */
  async renewed(jobId: string, { listingId, title, outcome, reason }: RenewedListing, position: number): Promise<void> {
    const changing = {
      title: title.slice(0, 500),
      outcome,
      reason: reason?.slice(0, 500) ?? null,
      position,
    };
    await this.#db
      .insertInto('marketplace_renewals')
      .values({ job_id: jobId, listing_id: listingId, ...changing })
      .onDuplicateKeyUpdate(changing)
      .execute();
  }
}
