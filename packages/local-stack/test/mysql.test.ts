import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freshDatabase, type MysqlServer, startMysql } from '../src/mod.ts';

let dir: string;
let server: MysqlServer;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'local-mysql-'));
  server = await startMysql({ dir });
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

test('keeps committed rows, its address and its passwords through kill -9 and restart', async () => {
  const { url, pid } = server;
  await query(url, 'CREATE TABLE kept (id INT PRIMARY KEY)');
  await query(url, 'INSERT INTO kept VALUES (7)');
  const exit = await server.kill('SIGKILL');
  expect(exit.signal).toBe('SIGKILL');
  await server.restart();
  expect(server.pid).not.toBe(pid);
  expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
});

test('lets nobody in without a password', async () => {
  const open = new URL(server.url);
  open.username = 'root';
  open.password = '';
  open.pathname = '';
  await expect(query(open.href, 'SELECT 1')).rejects.toMatchObject({
    code: expect.stringMatching(/ACCESS_DENIED|HOST_NOT_PRIVILEGED/),
  });
});

test('gives the services no rights outside their own database', async () => {
  await expect(query(server.url, 'CREATE DATABASE elsewhere')).rejects.toMatchObject({
    code: 'ER_DBACCESS_DENIED_ERROR',
  });
});

test('a second server gives way when the port is taken', async () => {
  const second = await startMysql({ dir: path.join(dir, 'second'), port: server.port });
  try {
    expect(second.port).not.toBe(server.port);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await second.stop();
  }
});

test('fresh databases do not meet and are gone after use', async () => {
  const adminUrl = inject('mysqlAdminUrl');
  const one = await freshDatabase(adminUrl);
  {
    await using two = await freshDatabase(adminUrl);
    await query(one.url, 'CREATE TABLE only_here (id INT)');
    await expect(query(two.url, 'SELECT * FROM only_here')).rejects.toMatchObject({ code: 'ER_NO_SUCH_TABLE' });
  }
  await one.drop();
  await expect(query(one.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ER_BAD_DB_ERROR' });
});
