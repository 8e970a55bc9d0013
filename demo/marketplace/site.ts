import type { DatabaseSync } from 'node:sqlite';
import { Presence } from './presence.ts';
import { Accounts } from './store/accounts.ts';
import { Listings } from './store/listings.ts';
import { openDatabase } from './store/open-database.ts';
import { Photos } from './store/photos.ts';

/** What the site is made with. */
export interface SiteOptions {
  /** The database's file, or `:memory:`. */
  file: string;
  /** How long things take in its pages (popups, uploads, steps), in milliseconds. */
  delayMs: number;
  /** Age from which a listing can be renewed, in milliseconds. */
  renewAfterMs: number;
}

/** What all routes share. */
export interface Site {
  options: SiteOptions;
  database: DatabaseSync;
  accounts: Accounts;
  listings: Listings;
  photos: Photos;
  presence: Presence;
}

/** Opens the site's data. */
export function openSite(options: SiteOptions): Site {
  const database = openDatabase(options.file);
  return {
    options,
    database,
    accounts: new Accounts(database),
    listings: new Listings(database),
    photos: new Photos(database),
    presence: new Presence(),
  };
}
