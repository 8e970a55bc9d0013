import { createHash } from 'node:crypto';
import type { DgiCredential, DgiEndpoint, QuotaRule } from '@lanekeeper/dgi';
import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import { DealersError } from './dealers-error.ts';
import type { DealersDatabase, DealersTable } from './dealers-schema.ts';

/** A dealer as anyone who may see it may see it: that there is a credential, never the credential. */
export type Dealer = {
  id: number;
  dealerId: string;
  name: string;
  active: boolean;
  baseUrl: string;
  environment: 'live' | 'sandbox';
  tokenSeparator: string;
  timeZone: string;
  prslFilter: 'noPO' | 'noSO';
  quotaPerDay: number | null;
  minIntervalMs: number;
  createdAt: Date;
};

/** What people set of a dealer. Times in milliseconds. */
export type DealerSettings = Omit<Dealer, 'id' | 'dealerId' | 'createdAt'> & { apiKey: string; secretKey: string };

/** What sealing and opening a dealer's credential takes; see SecretBox. */
export type Sealer = {
  seal: (owner: string, secret: string) => string;
  open: (owner: string, stored: string) => string;
};

/** All that asking a dealer's server takes, for the worker alone. */
export type DealerAccess = {
  endpoint: DgiEndpoint;
  credential: DgiCredential;
  quota: QuotaRule;
  /** Key of the credential's usage; see {@link takeRequest}. */
  credentialDigest: string;
};

/** Whose secret a sealed text is: it opens under this name only. */
export const secretOwner = (dealerId: string, column: 'api_key' | 'secret_key'): string =>
  `dealer:${dealerId}:${column}`;

/** The dealers, over a database. */
export class Dealers {
  readonly #db: Kysely<DealersDatabase>;

  constructor(db: Kysely<DealersDatabase>) {
    this.#db = db;
  }

  /** Adds a dealer. @throws DealersError DEALER_TAKEN. */
  async add(dealerId: string, settings: DealerSettings, sealer: Sealer): Promise<Dealer> {
    // All settings are there, hence all columns.
    const columns = columnsOf(dealerId, settings, sealer) as Omit<Insertable<DealersTable>, 'dealer_id' | 'created_at'>;
    const row = { ...columns, dealer_id: dealerId, created_at: new Date() };
    try {
      await this.#db.insertInto('dealers').values(row).execute();
    } catch (cause) {
      if ((cause as { code?: string } | null)?.code !== 'ER_DUP_ENTRY') throw cause;
      throw new DealersError('DEALER_TAKEN', `there is a dealer ${dealerId} already`, { cause });
    }
    return (await this.find(dealerId)) as Dealer;
  }

  /** The dealer of a code. */
  async find(dealerId: string): Promise<Dealer | undefined> {
    const row = await this.#row(dealerId);
    return row && dealerOf(row);
  }

  /** The dealers of these codes, by code; unknown ones are left out. */
  async named(dealerIds: readonly string[]): Promise<Map<string, Dealer>> {
    if (dealerIds.length === 0) return new Map();
    const rows = await this.#db.selectFrom('dealers').selectAll().where('dealer_id', 'in', dealerIds).execute();
    return new Map(rows.map((row) => [row.dealer_id, dealerOf(row)]));
  }

  /** All dealers, by code. */
  async list(): Promise<Dealer[]> {
    return (await this.#db.selectFrom('dealers').selectAll().orderBy('dealer_id').execute()).map(dealerOf);
  }

  /** Changes what people set; the dealer as it is then. @throws DealersError DEALER_UNKNOWN. */
  async change(dealerId: string, changes: Partial<DealerSettings>, sealer: Sealer): Promise<Dealer> {
    const known = await this.#row(dealerId);
    if (!known) throw new DealersError('DEALER_UNKNOWN', `there is no dealer ${dealerId}`);
    const columns = columnsOf(dealerId, changes, sealer);
    if (changes.apiKey !== undefined || changes.baseUrl !== undefined) {
      const apiKey = changes.apiKey ?? sealer.open(secretOwner(dealerId, 'api_key'), known.api_key);
      columns.credential_digest = digestOf(changes.baseUrl ?? known.base_url, apiKey);
    }
    if (Object.keys(columns).length > 0) {
      await this.#db.updateTable('dealers').set(columns).where('dealer_id', '=', dealerId).execute();
    }
    return (await this.find(dealerId)) as Dealer;
  }

  /** Removes a dealer, its credential and its schedules; what was fetched stays. Whether there was one. */
  async remove(dealerId: string): Promise<boolean> {
    return await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('fetch_schedules').where('dealer_id', '=', dealerId).execute();
      const gone = await transaction.deleteFrom('dealers').where('dealer_id', '=', dealerId).executeTakeFirstOrThrow();
      return gone.numDeletedRows > 0n;
    });
  }

  /** What asking the dealer's server takes; undefined when there is no such dealer. @throws SecretError */
  async access(dealerId: string, sealer: Sealer): Promise<(DealerAccess & { dealer: Dealer }) | undefined> {
    const row = await this.#row(dealerId);
    if (!row) return undefined;
    const { base_url: baseUrl, environment, time_zone: timeZone } = row;
    return {
      dealer: dealerOf(row),
      endpoint: {
        baseUrl,
        environment,
        tokenSeparator: row.token_separator,
        timeZone,
        prslFilter: row.prsl_filter,
      },
      credential: {
        apiKey: sealer.open(secretOwner(dealerId, 'api_key'), row.api_key),
        secretKey: sealer.open(secretOwner(dealerId, 'secret_key'), row.secret_key),
        environment,
      },
      quota: { perDay: row.quota_per_day, minIntervalMs: row.min_interval_ms, timeZone },
      credentialDigest: row.credential_digest,
    };
  }

  #row(dealerId: string): Promise<Selectable<DealersTable> | undefined> {
    return this.#db.selectFrom('dealers').selectAll().where('dealer_id', '=', dealerId).executeTakeFirst();
  }
}

function dealerOf(row: Selectable<DealersTable>): Dealer {
  return {
    id: row.id,
    dealerId: row.dealer_id,
    name: row.dealer_name,
    active: row.is_active === 1,
    baseUrl: row.base_url,
    environment: row.environment,
    tokenSeparator: row.token_separator,
    timeZone: row.time_zone,
    prslFilter: row.prsl_filter,
    quotaPerDay: row.quota_per_day,
    minIntervalMs: row.min_interval_ms,
    createdAt: row.created_at,
  };
}

/** The columns of what is given, and of nothing else. */
function columnsOf(dealerId: string, settings: Partial<DealerSettings>, sealer: Sealer): Updateable<DealersTable> {
  const { apiKey, secretKey, baseUrl } = settings;
  const columns: Updateable<DealersTable> = {
    dealer_name: settings.name,
    is_active: settings.active === undefined ? undefined : Number(settings.active),
    base_url: baseUrl,
    environment: settings.environment,
    token_separator: settings.tokenSeparator,
    time_zone: settings.timeZone,
    prsl_filter: settings.prslFilter,
    quota_per_day: settings.quotaPerDay,
    min_interval_ms: settings.minIntervalMs,
    api_key: apiKey === undefined ? undefined : sealer.seal(secretOwner(dealerId, 'api_key'), apiKey),
    secret_key: secretKey === undefined ? undefined : sealer.seal(secretOwner(dealerId, 'secret_key'), secretKey),
    credential_digest: apiKey === undefined || baseUrl === undefined ? undefined : digestOf(baseUrl, apiKey),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function digestOf(baseUrl: string, apiKey: string): string {
  return createHash('sha256').update(`${baseUrl}\n${apiKey}`).digest('hex');
}
