import { type Kysely, sql, type Transaction } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';

/** The name of the one projection. */
export const PROJECTION = 'jobs';

/** Another replica drives the projection now, or its position was set back: read the position anew. */
export class LeaseLost extends Error {
  constructor(reason: string) {
    super(`The projection must start over: ${reason}`);
    this.name = 'LeaseLost';
  }
}

/** The row that says how far the projection is. */
export type Position = { appliedSeq: number; streamCreated: string | null };

/**
 * The right to drive the projection: a row with an end by the database's clock. It keeps replicas from doing the same
 * work; what keeps them from corrupting anything is {@link lockPosition} in every transaction.
 */
export class Lease {
  readonly #db: Kysely<StatusSchema>;
  readonly #holder: string;
  readonly #leaseMs: number;

  constructor(db: Kysely<StatusSchema>, holder: string, leaseMs: number) {
    this.#db = db;
    this.#holder = holder;
    this.#leaseMs = leaseMs;
  }

  /** Takes the lease when it is free, over, or already ours; undefined when another replica has it. */
  async take(): Promise<Position | undefined> {
    await this.#db
      .insertInto('projections')
      .values({ name: PROJECTION, applied_seq: 0, stream_created: null, holder: null, lease_until: null })
      .onDuplicateKeyUpdate({ name: sql`name` })
      .execute();
    const { numUpdatedRows } = await this.#db
      .updateTable('projections')
      .set({ holder: this.#holder, lease_until: this.#end() })
      .where('name', '=', PROJECTION)
      .where((row) =>
        row.or([
          row('holder', 'is', null),
          row('holder', '=', this.#holder),
          row('lease_until', '<', sql<Date>`NOW(3)`),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows === 0n ? undefined : readPosition(this.#db);
  }

  /** Prolongs the lease while no events come. @throws LeaseLost when another replica has it. */
  async renew(): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('projections')
      .set({ lease_until: this.#end() })
      .where('name', '=', PROJECTION)
      .where('holder', '=', this.#holder)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new LeaseLost('another replica took over');
  }

  /** Gives the lease back, so that another replica goes on at once. */
  async release(): Promise<void> {
    await this.#db
      .updateTable('projections')
      .set({ holder: null, lease_until: null })
      .where('name', '=', PROJECTION)
      .where('holder', '=', this.#holder)
      .execute();
  }

  /**
   * Locks the position for the rest of the transaction: the fence. No one else can move it meanwhile.
   * @returns the sequence up to which everything is applied.
   * @throws LeaseLost when this replica does not hold the lease, or the position was set back behind `atLeast`.
   */
  async lockPosition(tx: Transaction<StatusSchema>, atLeast: number): Promise<number> {
    const row = await tx
      .selectFrom('projections')
      .select(['applied_seq', 'holder'])
      .where('name', '=', PROJECTION)
      .forUpdate()
      .executeTakeFirst();
    if (row?.holder !== this.#holder) throw new LeaseLost('another replica took over');
    if (row.applied_seq < atLeast) throw new LeaseLost('its position was set back');
    return row.applied_seq;
  }

  /** Moves the position, and prolongs the lease along with it. */
  async movePosition(tx: Transaction<StatusSchema>, appliedSeq: number): Promise<void> {
    await tx
      .updateTable('projections')
      .set({ applied_seq: appliedSeq, lease_until: this.#end() })
      .where('name', '=', PROJECTION)
      .execute();
  }

  #end() {
    return sql<Date>`DATE_ADD(NOW(3), INTERVAL ${this.#leaseMs * 1_000} MICROSECOND)`;
  }
}

/** Reads how far the projection is; undefined before its first start. */
export async function readPosition(db: Kysely<StatusSchema>): Promise<Position | undefined> {
  const row = await db
    .selectFrom('projections')
    .select(['applied_seq', 'stream_created'])
    .where('name', '=', PROJECTION)
    .executeTakeFirst();
  return row && { appliedSeq: row.applied_seq, streamCreated: row.stream_created };
}
