import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { BackupFailed } from './errors.ts';

/** The programs that do it, the first that is there: MariaDB's and MySQL's. */
const DUMP = ['mariadb-dump', 'mysqldump'];
const CLIENT = ['mariadb', 'mysql'];

/**
 * Writes a database as statements to a file: all tables as of one moment, without locking anyone out.
 * @throws BackupFailed NO_TOOL, TOOL_FAILED.
 */
export async function dumpDatabase(url: string, file: string): Promise<void> {
  const { args, env, database } = loginFor(url);
  const options = ['--single-transaction', '--skip-lock-tables', '--no-tablespaces', '--hex-blob'];
  const dump = await start(DUMP, [...args, ...options, database], env);
  await Promise.all([pipeline(dump.child.stdout, createWriteStream(file)), succeeded(dump)]);
}

/** Runs the statements of a file against a database, which is to be empty. @throws as {@link dumpDatabase}. */
export async function loadDatabase(url: string, file: string): Promise<void> {
  const { args, env, database } = loginFor(url);
  const client = await start(CLIENT, [...args, database], env);
  client.child.stdout.resume();
  const fed = pipeline(createReadStream(file), client.child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // the client gave up: how it ended says why
  });
  await Promise.all([fed, succeeded(client)]);
}

/** The password goes by the environment: arguments can be read by everyone on the machine. */
function loginFor(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    database: decodeURIComponent(pathname.slice(1)),
    args: [
      '--protocol=TCP',
      `--host=${hostname}`,
      `--port=${port || '3306'}`,
      `--user=${decodeURIComponent(username)}`,
      '--default-character-set=utf8mb4',
    ],
    env: { ...process.env, MYSQL_PWD: decodeURIComponent(password) },
  };
}

type Running = { name: string; child: ReturnType<typeof spawnTool>; ended: Promise<unknown[]>; said: () => string };

async function start(names: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv): Promise<Running> {
  for (const name of names) {
    const child = spawnTool(name, args, env);
    const ended = once(child, 'close');
    const isThere = await Promise.race([once(child, 'spawn').then(() => true), ended.then(() => true)]).catch(
      () => false,
    );
    if (!isThere) {
      ended.catch(() => undefined);
      continue;
    }
    let text = '';
    child.stderr.on('data', (data) => {
      text = (text + data).slice(-2_000);
    });
    return { name, child, ended, said: () => text.trim() };
  }
  throw new BackupFailed('NO_TOOL', `neither ${names.join(' nor ')} is installed here (Debian: mariadb-client)`);
}

function spawnTool(name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return spawn(name, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function succeeded({ name, ended, said }: Running): Promise<void> {
  const [code] = await ended;
  if (code !== 0) throw new BackupFailed('TOOL_FAILED', `${name} failed (${code}): ${said()}`);
}
