import { randomBytes } from 'node:crypto';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { System } from './system.ts';

/** A record whose photo is to be cut out: what a client submits. */
export type Order = { recordId: string; vendorId: string; photoUrl: string };

let photosUsed = 0;

/** Puts records of a vendor into the database, each with a photo of its own. */
export async function newOrders(system: System, vendorId: string, count: number): Promise<Order[]> {
  const urls = Array.from({ length: count }, () => `${system.photos.url}/photo/${photosUsed++}.jpg`);
  return await ordersFor(system, vendorId, urls);
}

/** Puts records with these photos into the database. */
export async function ordersFor(system: System, vendorId: string, photoUrls: readonly string[]): Promise<Order[]> {
  const orders = ordersOutsideDatabase(vendorId, photoUrls);
  await insertRecords(system, orders);
  return orders;
}

/** Orders whose records are not there yet. */
export function ordersOutsideDatabase(vendorId: string, photoUrls: readonly string[]): Order[] {
  return photoUrls.map((photoUrl) => ({ recordId: `r-${randomBytes(6).toString('hex')}`, vendorId, photoUrl }));
}

/** Puts the records of orders into the database. */
export async function insertRecords(system: System, orders: readonly Order[]): Promise<void> {
  const rows = orders.map(({ recordId, vendorId, photoUrl }) => [recordId, vendorId, photoUrl]);
  await query(system, 'INSERT INTO data_records (id, vendor_id, photo_url) VALUES ?', [rows]);
}

/** The photos that the orders' records hold now, in their order. */
export async function photosIn(system: System, orders: readonly Order[]): Promise<(string | undefined)[]> {
  const ids = orders.map(({ recordId }) => recordId);
  const rows = await query(system, 'SELECT id, photo_url FROM data_records WHERE id IN (?)', [ids]);
  const photos = new Map(rows.map(({ id, photo_url }) => [id as string, photo_url as string]));
  return ids.map((id) => photos.get(id));
}

// A connection for each query: the server may have been killed since the last one.
async function query(system: System, statement: string, values: unknown[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(system.mysql.url);
  try {
    const [rows] = await connection.query(statement, values);
    return rows as RowDataPacket[];
  } finally {
    await connection.end();
  }
}
