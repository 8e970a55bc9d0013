import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (
    email TEXT PRIMARY KEY, salt TEXT NOT NULL, password TEXT NOT NULL, language TEXT NOT NULL,
    misbehaviour TEXT NOT NULL, posts INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY, email TEXT NOT NULL, requests INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS photos (id TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS listings (
    id TEXT PRIMARY KEY, email TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, price INTEGER NOT NULL,
    fields TEXT NOT NULL, photos TEXT NOT NULL, reviewed INTEGER NOT NULL,
    created_at INTEGER NOT NULL, renewed_at INTEGER, renewals INTEGER NOT NULL DEFAULT 0,
    draft TEXT NOT NULL UNIQUE, fault TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS listings_of ON listings (email, created_at);
`;

/** Opens the site's own database, a file, or `:memory:`. What it holds is what was published: nothing else counts. */
export function openDatabase(file: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;');
  database.exec(SCHEMA);
  return database;
}
