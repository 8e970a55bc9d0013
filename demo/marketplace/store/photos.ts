import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** A photo as it was uploaded. */
export interface Photo {
  type: string;
  bytes: Uint8Array;
}

/** The site's photos, each kept once however often it is uploaded. */
export class Photos {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Stores a photo and answers its id. */
  add({ type, bytes }: Photo): string {
    const id = createHash('sha256').update(bytes).digest('hex').slice(0, 24);
    this.#database.prepare('INSERT OR IGNORE INTO photos (id, type, bytes) VALUES (?, ?, ?)').run(id, type, bytes);
    return id;
  }

  /** The photo of this id. */
  find(id: string): Photo | undefined {
    const row = this.#database.prepare('SELECT type, bytes FROM photos WHERE id = ?').get(id);
    return row && { type: String(row.type), bytes: row.bytes as Uint8Array };
  }

  /** Whether all of these are stored. */
  haveAll(ids: readonly string[]): boolean {
    return ids.every((id) => this.find(id) !== undefined);
  }
}
