import { randomBytes } from 'node:crypto';
import type { AccountState, MarketplaceSite } from '@lanekeeper/contracts';
import type { Kysely, Selectable } from 'kysely';
import { AccountsError } from './accounts-error.ts';
import type { AccountsDatabase, MarketplaceAccountsTable } from './accounts-schema.ts';

/** An account as anyone who may see it may see it: no secrets. */
export type Account = {
  id: string;
  email: string;
  site: MarketplaceSite;
  language: string;
  state: AccountState;
  stateReason: string | null;
  stateAt: Date;
  hasSession: boolean;
  sessionAt: Date | null;
  hasCredentials: boolean;
  createdAt: Date;
};

/** How to log in. */
export type AccountCredentials = { password: string };

/** What opening an account's secrets takes; see SecretBox. */
export type Sealer = {
  seal: (owner: string, secret: string) => string;
  open: (owner: string, stored: string) => string;
};

/** An account's secrets, for the worker alone. `session` is a Playwright storageState as JSON. */
export type AccountSecrets = {
  session?: string;
  credentials?: AccountCredentials;
  /** Goes back with {@link Accounts.saveSession}. */
  sessionVersion: number;
};

/** What people set of an account. */
export type NewAccount = { id?: string | undefined; email: string; site: MarketplaceSite; language: string };

/** Whose secret a sealed text is: it opens under this name only. */
export const secretOwner = (accountId: string, column: 'session' | 'credentials'): string =>
  `account:${accountId}:${column}`;

type Row = Selectable<MarketplaceAccountsTable>;

/** The accounts, over a database. Secrets pass through {@link Sealer} on their way in and out. */
export class Accounts {
  readonly #db: Kysely<AccountsDatabase>;

  constructor(db: Kysely<AccountsDatabase>) {
    this.#db = db;
  }

  /** Adds an account. @throws AccountsError EMAIL_TAKEN, ID_TAKEN. */
  async add({ id = newId(), email, site, language }: NewAccount): Promise<Account> {
    const now = new Date();
    const row = { id, email, site, language, state: 'login_required' as const, state_at: now, created_at: now };
    const rest = { state_reason: 'Nobody has logged in yet', session: null, session_at: null, credentials: null };
    try {
      await this.#db
        .insertInto('marketplace_accounts')
        .values({ ...row, ...rest })
        .execute();
    } catch (cause) {
      throw taken(cause);
    }
    return (await this.find(id)) as Account;
  }

  /** The account of an id. */
  async find(id: string): Promise<Account | undefined> {
    const row = await this.#all().where('id', '=', id).executeTakeFirst();
    return row && accountOf(row);
  }

  /** The accounts that these ids or e-mail addresses name, by what named them; what names none is left out. */
  async named(names: readonly string[]): Promise<Map<string, Account>> {
    if (names.length === 0) return new Map();
    const isNamed = this.#all().where(({ eb, or }) => or([eb('id', 'in', names), eb('email', 'in', names)]));
    const accounts = (await isNamed.execute()).map(accountOf);
    const found = names.map((name) => [name, accounts.find((account) => isCalled(account, name))] as const);
    return new Map(found.filter((entry): entry is [string, Account] => entry[1] !== undefined));
  }

  /** All accounts, by e-mail address. */
  async list(): Promise<Account[]> {
    return (await this.#all().orderBy('email').execute()).map(accountOf);
  }

  /** Changes what people set; whether there is such an account. @throws AccountsError EMAIL_TAKEN. */
  async change(id: string, changes: Partial<Pick<NewAccount, 'email' | 'site' | 'language'>>): Promise<boolean> {
    if (Object.keys(changes).length === 0) return (await this.find(id)) !== undefined;
    try {
      await this.#db.updateTable('marketplace_accounts').set(changes).where('id', '=', id).execute();
    } catch (cause) {
      throw taken(cause);
    }
    return (await this.find(id)) !== undefined;
  }

  /** Removes an account with its secrets; what it posted stays known. Whether there was one. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('marketplace_accounts')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** Stores a session that a person has made; the account is ok again. Whether there is such an account. */
  async setSession(id: string, session: string, sealer: Sealer): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('marketplace_accounts')
      .set(({ eb }) => ({
        session: sealer.seal(secretOwner(id, 'session'), session),
        session_at: new Date(),
        session_version: eb('session_version', '+', 1),
        ...newState('ok', null),
      }))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** Stores credentials, or removes them; an account with credentials is ok until the site says otherwise. */
  async setCredentials(id: string, credentials: AccountCredentials | null, sealer: Sealer): Promise<boolean> {
    const sealed = credentials && sealer.seal(secretOwner(id, 'credentials'), JSON.stringify(credentials));
    const { numUpdatedRows } = await this.#db
      .updateTable('marketplace_accounts')
      .set({ credentials: sealed, ...(credentials ? newState('ok', null) : {}) })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** The account's secrets, opened. @throws SecretError when a key is missing or a secret was tampered with. */
  async secrets(id: string, sealer: Sealer): Promise<AccountSecrets | undefined> {
    const row = await this.#all().where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const { session, credentials, session_version: sessionVersion } = row;
    return {
      sessionVersion,
      ...(session === null ? {} : { session: sealer.open(secretOwner(id, 'session'), session) }),
      ...(credentials === null
        ? {}
        : { credentials: JSON.parse(sealer.open(secretOwner(id, 'credentials'), credentials)) as AccountCredentials }),
    };
  }

  /** Saves a session back after an operation and marks the account ok, unless a person has set another meanwhile. */
  async saveSession(id: string, session: string, version: number, sealer: Sealer): Promise<void> {
    await this.#db
      .updateTable('marketplace_accounts')
      .set({
        session: sealer.seal(secretOwner(id, 'session'), session),
        session_at: new Date(),
        ...newState('ok', null),
      })
      .where('id', '=', id)
      .where('session_version', '=', version)
      .execute();
  }

  /** Notes what an account is like. `reason`: readable, nothing personal. */
  async setState(id: string, state: AccountState, reason: string | null): Promise<void> {
    await this.#db
      .updateTable('marketplace_accounts')
      .set(newState(state, reason?.slice(0, 500) ?? null))
      .where('id', '=', id)
      .execute();
  }

  #all() {
    return this.#db.selectFrom('marketplace_accounts').selectAll();
  }
}

const newState = (state: AccountState, reason: string | null) => ({
  state,
  state_reason: reason,
  state_at: new Date(),
});

const newId = () => `acc_${randomBytes(9).toString('base64url')}`;

// The database compares e-mail addresses without case.
const isCalled = ({ id, email }: Account, name: string): boolean =>
  id === name || email.toLowerCase() === name.toLowerCase();

function accountOf(row: Row): Account {
  const { id, email, site, language, state } = row;
  const times = { stateAt: row.state_at, sessionAt: row.session_at, createdAt: row.created_at };
  const has = { hasSession: row.session !== null, hasCredentials: row.credentials !== null };
  return { id, email, site, language, state, stateReason: row.state_reason, ...times, ...has };
}

function taken(cause: unknown): unknown {
  if ((cause as { code?: string } | null)?.code !== 'ER_DUP_ENTRY') return cause;
  const isId = /PRIMARY/.test((cause as Error).message);
  if (isId) return new AccountsError('ID_TAKEN', 'there is an account with this id', { cause });
  return new AccountsError('EMAIL_TAKEN', 'there is an account with this e-mail address', { cause });
}
