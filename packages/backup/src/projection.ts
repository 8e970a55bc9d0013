import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';

/** Tables of the status service that are made from events alone; see ADR 0006. */
const MADE_FROM_EVENTS = ['jobs', 'job_events', 'job_counts', 'bad_events'];
const NO_SUCH_TABLE = 'ER_NO_SUCH_TABLE';

/** Sequence up to which the projection has seen the events; undefined when there is no projection yet. */
export async function projectionPosition(url: string): Promise<number | undefined> {
  return withConnection(url, async (connection) => {
    try {
      const [rows] = await connection.query<RowDataPacket[]>('SELECT applied_seq FROM projections');
      return rows[0] === undefined ? undefined : Number(rows[0].applied_seq);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === NO_SUCH_TABLE) return undefined;
      throw error;
    }
  });
}

/** Empties the projection: it is filled again from the events that are there. What is older than those is gone. */
export async function resetProjection(url: string): Promise<void> {
  await withConnection(url, async (connection) => {
    for (const table of MADE_FROM_EVENTS) await connection.query(`DELETE FROM ${table}`);
    await connection.query('UPDATE projections SET applied_seq = 0, stream_created = NULL');
  });
}

async function withConnection<T>(url: string, act: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await act(connection);
  } finally {
    await connection.end();
  }
}
