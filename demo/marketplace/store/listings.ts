import { randomInt, randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Kind } from '../form-fields.ts';

/** Something for sale. */
export interface Listing {
  id: string;
  email: string;
  kind: Kind;
  title: string;
  price: number;
  fields: Record<string, string>;
  /** Photo ids, the cover first. */
  photos: string[];
  reviewed: boolean;
  createdAt: Date;
  renewedAt: Date | undefined;
  renewals: number;
}

/** What a listing is made from. */
export type NewListing = Pick<Listing, 'email' | 'kind' | 'title' | 'price' | 'fields' | 'photos' | 'reviewed'> & {
  createdAt?: Date;
  /** The form that it comes from; a form makes one listing, however often it is sent. */
  draft?: string;
  /** What became of the answer. */
  fault?: string | undefined;
};

const NEWEST_FIRST = 'ORDER BY created_at DESC, rowid DESC';

/** The site's listings. */
export class Listings {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Stores a listing and answers its id. */
  add(listing: NewListing): string {
    const { email, kind, title, price, fields, photos, reviewed } = listing;
    const id = `${randomInt(1, 9)}${String(randomInt(2 ** 47)).padStart(15, '0')}`;
    this.#database
      .prepare(
        `INSERT INTO listings (id, email, kind, title, price, fields, photos, reviewed, created_at, draft, fault)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        email,
        kind,
        title,
        price,
        JSON.stringify(fields),
        JSON.stringify(photos),
        Number(reviewed),
        (listing.createdAt ?? new Date()).getTime(),
        listing.draft ?? randomUUID(),
        listing.fault ?? null,
      );
    return id;
  }

  /** The listing of this id. */
  find(id: string): Listing | undefined {
    const row = this.#database.prepare('SELECT * FROM listings WHERE id = ?').get(id);
    return row && listingOf(row);
  }

  /** The listing that a form has made already, and what became of the answer. */
  ofDraft(draft: string): { id: string; fault: string | undefined } | undefined {
    const row = this.#database.prepare('SELECT id, fault FROM listings WHERE draft = ?').get(draft);
    return row && { id: String(row.id), fault: row.fault === null ? undefined : String(row.fault) };
  }

  /** An account's listings, newest first. */
  of(email: string, { offset = 0, limit = 100_000 } = {}): Listing[] {
    return this.#database
      .prepare(`SELECT * FROM listings WHERE email = ? ${NEWEST_FIRST} LIMIT ? OFFSET ?`)
      .all(email, limit, offset)
      .map(listingOf);
  }

  /** How many listings an account has. */
  countOf(email: string): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM listings WHERE email = ?').get(email);
    return Number(row?.n);
  }

  /** Everybody's newest listings that are not being reviewed. */
  newest(limit: number): Listing[] {
    return this.#database
      .prepare(`SELECT * FROM listings WHERE reviewed = 0 ${NEWEST_FIRST} LIMIT ?`)
      .all(limit)
      .map(listingOf);
  }

  /** Marks a listing as renewed now. */
  renew(id: string): void {
    this.#database
      .prepare('UPDATE listings SET renewed_at = ?, renewals = renewals + 1 WHERE id = ?')
      .run(Date.now(), id);
  }
}

const listingOf = (row: Record<string, SQLOutputValue>): Listing => ({
  id: String(row.id),
  email: String(row.email),
  kind: row.kind as Kind,
  title: String(row.title),
  price: Number(row.price),
  fields: JSON.parse(String(row.fields)) as Record<string, string>,
  photos: JSON.parse(String(row.photos)) as string[],
  reviewed: row.reviewed === 1,
  createdAt: new Date(Number(row.created_at)),
  renewedAt: row.renewed_at === null ? undefined : new Date(Number(row.renewed_at)),
  renewals: Number(row.renewals),
});
