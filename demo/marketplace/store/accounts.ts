import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Misbehaviour } from '../misbehaviour.ts';
import type { Language } from '../texts/language.ts';

/** Somebody who sells on the site. */
export interface Account {
  email: string;
  language: Language;
  misbehaviour: Misbehaviour;
  /** Listings published since the account was last set up. */
  posts: number;
}

/** What an account is set up from. */
export type NewAccount = Omit<Account, 'posts'> & { password: string };

interface Row {
  email: string;
  salt: string;
  password: string;
  language: string;
  misbehaviour: string;
  posts: number;
}

/** The site's accounts and their logins. */
export class Accounts {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Creates an account, or sets up one anew; its listings and sessions stay. */
  set({ email, password, language, misbehaviour }: NewAccount): void {
    const salt = randomBytes(8).toString('hex');
    this.#database
      .prepare(
        `INSERT INTO accounts (email, salt, password, language, misbehaviour) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET salt = excluded.salt, password = excluded.password, language = excluded.language,
           misbehaviour = excluded.misbehaviour, posts = 0`,
      )
      .run(email, salt, digest(password, salt), language, JSON.stringify(misbehaviour));
  }

  /** The account, if there is one. */
  find(email: string): Account | undefined {
    const row = this.#row(email);
    return row && accountOf(row);
  }

  /** Changes how the site treats an account. */
  treat(email: string, misbehaviour: Misbehaviour): void {
    this.#database
      .prepare('UPDATE accounts SET misbehaviour = ? WHERE email = ?')
      .run(JSON.stringify(misbehaviour), email);
  }

  /** Counts a published listing. */
  countPost(email: string): void {
    this.#database.prepare('UPDATE accounts SET posts = posts + 1 WHERE email = ?').run(email);
  }

  /** Begins a session and answers its token, or undefined when the password is wrong. */
  logIn(email: string, password: string): string | undefined {
    const row = this.#row(email);
    const right = row && timingSafeEqual(Buffer.from(digest(password, row.salt)), Buffer.from(row.password));
    return right ? this.beginSession(email) : undefined;
  }

  /** Begins a session for an account and answers its token. */
  beginSession(email: string): string {
    const token = randomBytes(24).toString('base64url');
    this.#database.prepare('INSERT INTO sessions (token, email) VALUES (?, ?)').run(token, email);
    return token;
  }

  /** The account of a session; each call counts as one of its requests. A session that has expired is forgotten. */
  ofSession(token: string): Account | undefined {
    const session = this.#database
      .prepare('UPDATE sessions SET requests = requests + 1 WHERE token = ? RETURNING email, requests')
      .get(token) as { email: string; requests: number } | undefined;
    const account = session && this.find(session.email);
    if (!account) return undefined;
    if (session.requests <= (account.misbehaviour.sessionExpiresAfter ?? Number.POSITIVE_INFINITY)) return account;
    this.endSession(token);
    return undefined;
  }

  /** Ends one session. */
  endSession(token: string): void {
    this.#database.prepare('DELETE FROM sessions WHERE token = ?').run(token);
  }

  /** Ends every session of an account. */
  endSessions(email: string): void {
    this.#database.prepare('DELETE FROM sessions WHERE email = ?').run(email);
  }

  #row(email: string): Row | undefined {
    return this.#database.prepare('SELECT * FROM accounts WHERE email = ?').get(email) as Row | undefined;
  }
}

const digest = (password: string, salt: string): string => scryptSync(password, salt, 32, { N: 1024 }).toString('hex');

const accountOf = ({ email, language, misbehaviour, posts }: Row): Account => ({
  email,
  language: language as Language,
  misbehaviour: JSON.parse(misbehaviour) as Misbehaviour,
  posts,
});
