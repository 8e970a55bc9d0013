import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Tools } from './tools.ts';

/** Passwords of one data directory: made once, kept beside it, readable by this user only. */
export interface Credentials {
  app: string;
  admin: string;
}

/** The database that the services use. */
export const DATABASE = 'lanekeeper';
/** Its user, and the one that may create databases. */
export const APP_USER = 'lanekeeper';
export const ADMIN_USER = 'lanekeeper_admin';

const run = promisify(execFile);

/** The arguments every MySQL or MariaDB program needs to ignore this machine's own settings and to run as this user. */
export const asThisUser = (): string[] => ['--no-defaults', ...(process.getuid?.() === 0 ? ['--user=root'] : [])];

/** Creates the data directory unless it is there. A half-made one, left by a crash, is made anew. */
export async function prepareDataDir(tool: Tools['mysqld'], dir: string): Promise<string> {
  const data = path.join(dir, 'data');
  if (await exists(data)) return data;
  const making = path.join(dir, 'data.new');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const env = { ...process.env, ...(await ownFolders(dir)) };
  if (tool.kind === 'mariadb') {
    const args = [...asThisUser(), `--datadir=${making}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await run(tool.installDb as string, args, { env });
  } else {
    await run(tool.path, [...asThisUser(), '--initialize-insecure', `--datadir=${making}`], { env });
  }
  await rename(making, data);
  return data;
}

/**
 * Environment of a server's programs. MariaDB deletes temporary tables that it finds in its TMPDIR when it starts, those
 * of other running servers included, which breaks them: each gets a folder of its own.
 */
export async function ownFolders(dir: string): Promise<Record<string, string>> {
  const temporary = path.join(dir, 'tmp');
  await mkdir(temporary, { recursive: true });
  return { LANEKEEPER_STACK_DIR: dir, TMPDIR: temporary };
}

/** Reads the passwords of a data directory, making them the first time. */
export async function credentialsIn(dir: string): Promise<Credentials> {
  const file = path.join(dir, 'credentials.json');
  if (!(await exists(file))) {
    const secret = () => randomBytes(18).toString('hex');
    await writeFile(file, JSON.stringify({ app: secret(), admin: secret() }), { mode: 0o600 });
  }
  return JSON.parse(await readFile(file, 'utf8')) as Credentials;
}

/** Writes the statements that the server runs at each start: both users, the database, and no way in without a password. */
export async function writeInitFile(dir: string, { app, admin }: Credentials): Promise<string> {
  const file = path.join(dir, 'init.sql');
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${DATABASE}`,
    ...userWith(APP_USER, app, `${DATABASE}.*`),
    ...userWith(ADMIN_USER, admin, '*.*'),
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${admin}'`,
    // MariaDB makes these without a password.
    `DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost'`,
  ];
  await writeFile(file, statements.map((statement) => `${statement};\n`).join(''), { mode: 0o600 });
  return file;
}

const userWith = (name: string, password: string, on: string): string[] => [
  `CREATE USER IF NOT EXISTS '${name}'@'127.0.0.1' IDENTIFIED BY '${password}'`,
  `GRANT ALL PRIVILEGES ON ${on} TO '${name}'@'127.0.0.1'`,
];

const exists = (file: string): Promise<boolean> => stat(file).then(Boolean, () => false);
