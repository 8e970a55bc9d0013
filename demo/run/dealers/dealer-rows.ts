import { moduleOf } from '@lanekeeper/dgi';
import { type Connection, createConnection } from 'mysql2/promise';

/** Rows and, by nested table, lines. */
export interface Counts {
  rows: number;
  lines: Record<string, number>;
}

/** What is stored of dealers, read from the database itself. */
export class DealerRows {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Connects. */
  static async open(url: string): Promise<DealerRows> {
    return new DealerRows(await createConnection(url));
  }

  /** Forgets a dealer's rows: those of an earlier demo are of another day's data. */
  async clear(dealerId: string, fetchType: string): Promise<void> {
    const { module, nested } = moduleOf(fetchType);
    for (const { name } of nested) {
      const table = `dgi_${module}_${name.toLowerCase()}`;
      await this.#connection.query(`DELETE FROM ${table} WHERE row_dealerId = ?`, [dealerId]);
    }
    await this.#connection.query(`DELETE FROM dgi_${module} WHERE dealerId = ?`, [dealerId]);
  }

  /** Rows of one dealer that were created or changed in a range, and their lines. */
  async count(dealerId: string, fetchType: string, { from, to }: { from: string; to: string }): Promise<Counts> {
    const { module, naturalKey, nested } = moduleOf(fetchType);
    const wanted = `dealerId = ? AND (createdTime BETWEEN ? AND ? OR modifiedTime BETWEEN ? AND ?)`;
    const values = [dealerId, from, to, from, to];
    const lines: Record<string, number> = {};
    for (const { name } of nested) {
      const keys = `SELECT ${naturalKey[1]} FROM dgi_${module} WHERE ${wanted}`;
      const table = `dgi_${module}_${name.toLowerCase()}`;
      lines[name] = await this.#number(
        `SELECT COUNT(*) AS n FROM ${table} WHERE row_dealerId = ? AND row_${naturalKey[1]} IN (${keys})`,
        [dealerId, ...values],
      );
    }
    return { rows: await this.#number(`SELECT COUNT(*) AS n FROM dgi_${module} WHERE ${wanted}`, values), lines };
  }

  async #number(statement: string, values: string[]): Promise<number> {
    const [rows] = await this.#connection.query(statement, values);
    return Number((rows as { n: number }[])[0]?.n);
  }

  /** Disconnects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
  }
}
