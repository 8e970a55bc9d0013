import { randomBytes } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { DealersError } from './dealers-error.ts';
import type { DealersDatabase, FetchSchedulesTable } from './dealers-schema.ts';

/** When to fetch what by itself. */
export type Schedule = {
  id: string;
  dealerId: string;
  fetchType: string;
  cron: string;
  timeZone: string;
  lookbackMinutes: number;
  active: boolean;
  lastDueAt: Date;
  lastJobId: string | null;
  lastOutcome: 'submitted' | 'skipped' | null;
  createdAt: Date;
};

/** What people set of a schedule. */
export type ScheduleSettings = Pick<Schedule, 'fetchType' | 'cron' | 'timeZone' | 'lookbackMinutes' | 'active'>;

/** The schedules, over a database. */
export class Schedules {
  readonly #db: Kysely<DealersDatabase>;

  constructor(db: Kysely<DealersDatabase>) {
    this.#db = db;
  }

  /** Adds a schedule; it is due from its next tick on. @throws DealersError DEALER_UNKNOWN. */
  async add(
    dealerId: string,
    { fetchType, cron, timeZone, lookbackMinutes, active }: ScheduleSettings,
  ): Promise<Schedule> {
    const now = new Date();
    const id = `sch_${randomBytes(9).toString('base64url')}`;
    await this.#db.transaction().execute(async (transaction) => {
      const dealer = transaction.selectFrom('dealers').select('id').where('dealer_id', '=', dealerId).forUpdate();
      if (!(await dealer.executeTakeFirst()))
        throw new DealersError('DEALER_UNKNOWN', `there is no dealer ${dealerId}`);
      const settings = { fetch_type: fetchType, cron, time_zone: timeZone, lookback_minutes: lookbackMinutes };
      const state = { is_active: Number(active), last_due_at: now, last_job_id: null, last_outcome: null };
      await transaction
        .insertInto('fetch_schedules')
        .values({ id, dealer_id: dealerId, created_at: now, ...settings, ...state })
        .execute();
    });
    return (await this.find(id)) as Schedule;
  }

  /** The schedule of an id. */
  async find(id: string): Promise<Schedule | undefined> {
    const row = await this.#db.selectFrom('fetch_schedules').selectAll().where('id', '=', id).executeTakeFirst();
    return row && scheduleOf(row);
  }

  /** All schedules, or one dealer's. */
  async list(dealerId?: string): Promise<Schedule[]> {
    let query = this.#db.selectFrom('fetch_schedules').selectAll().orderBy('dealer_id').orderBy('created_at');
    if (dealerId !== undefined) query = query.where('dealer_id', '=', dealerId);
    return (await query.execute()).map(scheduleOf);
  }

  /** The active schedules of active dealers. */
  async active(): Promise<Schedule[]> {
    const rows = await this.#db
      .selectFrom('fetch_schedules')
      .innerJoin('dealers', 'dealers.dealer_id', 'fetch_schedules.dealer_id')
      .selectAll('fetch_schedules')
      .where('fetch_schedules.is_active', '=', 1)
      .where('dealers.is_active', '=', 1)
      .execute();
    return rows.map(scheduleOf);
  }

  /** Changes what people set; one that is switched on again is due from its next tick on. Undefined: no such schedule. */
  async change(id: string, changes: Partial<ScheduleSettings>): Promise<Schedule | undefined> {
    const columns = {
      fetch_type: changes.fetchType,
      cron: changes.cron,
      time_zone: changes.timeZone,
      lookback_minutes: changes.lookbackMinutes,
      is_active: changes.active === undefined ? undefined : Number(changes.active),
      last_due_at: changes.active || changes.cron !== undefined ? new Date() : undefined,
    };
    const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length > 0) {
      await this.#db.updateTable('fetch_schedules').set(given).where('id', '=', id).execute();
    }
    return await this.find(id);
  }

  /** Removes a schedule; its jobs stay. Whether there was one. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('fetch_schedules')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /**
   * Notes how a tick was dealt with, unless a later one was already. Of two replicas that judge the same tick differently,
   * the one that submitted is right.
   */
  async noteTick(id: string, dueAt: Date, outcome: { jobId: string } | 'skipped'): Promise<void> {
    const skipped = outcome === 'skipped';
    await this.#db
      .updateTable('fetch_schedules')
      .set({
        last_due_at: dueAt,
        last_outcome: skipped ? 'skipped' : 'submitted',
        ...(skipped ? {} : { last_job_id: outcome.jobId }),
      })
      .where('id', '=', id)
      .where((row) => {
        const isNew = row('last_due_at', '<', dueAt);
        const wasSkipped = row.and([row('last_due_at', '=', dueAt), row('last_outcome', '=', 'skipped')]);
        return skipped ? isNew : row.or([isNew, wasSkipped]);
      })
      .execute();
  }
}

function scheduleOf(row: Selectable<FetchSchedulesTable>): Schedule {
  return {
    id: row.id,
    dealerId: row.dealer_id,
    fetchType: row.fetch_type,
    cron: row.cron,
    timeZone: row.time_zone,
    lookbackMinutes: row.lookback_minutes,
    active: row.is_active === 1,
    lastDueAt: row.last_due_at,
    lastJobId: row.last_job_id,
    lastOutcome: row.last_outcome,
    createdAt: row.created_at,
  };
}
