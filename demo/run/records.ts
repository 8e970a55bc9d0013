import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Order } from './plan.ts';

/** The project that all of the demo's records belong to. */
export const PROJECT = 'demo';

/** The rows whose photos get replaced, in the services' own database. */
export class Records implements AsyncDisposable {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Connects to the database. */
  static async open(url: string): Promise<Records> {
    return new Records(await createConnection(url));
  }

  /** Inserts one row an order, with the photo as it is before. */
  async insert(orders: readonly Order[]): Promise<void> {
    const rows = orders.map(({ recordId, vendor, photoUrl }) => [recordId, PROJECT, vendor, photoUrl]);
    await this.#connection.query('INSERT INTO data_records (id, project_id, vendor_id, photo_url) VALUES ?', [rows]);
  }

  /** The photo that each order's row holds now, by record id. */
  async photoUrls(orders: readonly Order[]): Promise<Map<string, string>> {
    const [rows] = await this.#connection.query<RowDataPacket[]>(
      'SELECT id, photo_url FROM data_records WHERE id IN (?)',
      [orders.map(({ recordId }) => recordId)],
    );
    return new Map(rows.map((row) => [row.id as string, row.photo_url as string]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
  }
}
