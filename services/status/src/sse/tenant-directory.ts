import type { JobEvent } from '@lanekeeper/contracts';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';

/** Jobs whose tenant is remembered. */
const MAX_KNOWN = 50_000;

/**
 * Knows the tenant of each job. Only the events that introduce a job name it; for the others it is remembered or looked
 * up, which works because streams carry only events that the projection covers.
 */
export class TenantDirectory {
  readonly #db: Kysely<StatusSchema>;
  readonly #known = new Map<string, string>();

  constructor(db: Kysely<StatusSchema>) {
    this.#db = db;
  }

  /** The tenants of these events' jobs; jobs that nothing introduced are left out. @throws database errors. */
  async tenantsOf(events: readonly JobEvent[]): Promise<ReadonlyMap<string, string>> {
    for (const event of events) if ('job' in event) this.#remember(event.jobId, event.job.tenant);
    const ids = new Set(events.map(({ jobId }) => jobId));
    const missing = [...ids].filter((id) => !this.#known.has(id));
    if (missing.length > 0) {
      const rows = await this.#db.selectFrom('jobs').select(['id', 'tenant']).where('id', 'in', missing).execute();
      for (const { id, tenant } of rows) this.#remember(id, tenant);
    }
    return new Map([...ids].flatMap((id) => this.#entryOf(id)));
  }

  #entryOf(id: string): [string, string][] {
    const tenant = this.#known.get(id);
    return tenant === undefined ? [] : [[id, tenant]];
  }

  #remember(id: string, tenant: string): void {
    if (tenant === '') return; // a later event may tell whose it is
    this.#known.delete(id);
    this.#known.set(id, tenant);
    if (this.#known.size > 2 * MAX_KNOWN)
      for (const old of [...this.#known.keys()].slice(0, MAX_KNOWN)) this.#known.delete(old);
  }
}
