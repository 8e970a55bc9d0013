import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchProcess } from './launch-process.ts';
import { type LocalServer, startServer } from './local-server.ts';
import {
  ADMIN_USER,
  APP_USER,
  asThisUser,
  credentialsIn,
  DATABASE,
  ownFolders,
  prepareDataDir,
  writeInitFile,
} from './mysql-datadir.ts';
import { readTools, type Tools } from './tools.ts';

/** Where and how to run a MySQL or MariaDB server. */
export interface MysqlOptions {
  /** Folder of its own for data, passwords and log; kept when the server stops. */
  dir: string;
  /** Preferred port; another one is taken when it is busy. Default: any free one. */
  port?: number;
  /** Writes to disk once a second and not at each commit: faster, loses up to a second when the machine dies. Tests only. */
  fast?: boolean;
  /** Default: `mysqld.log` in `dir`. */
  logFile?: string;
}

/** A MySQL or MariaDB server on this machine. */
export interface MysqlServer extends LocalServer {
  /** For services: the `lanekeeper` database and its user. */
  readonly url: string;
  /** For tests: a user that may create databases; names no database. */
  readonly adminUrl: string;
  readonly kind: Tools['mysqld']['kind'];
}

const HOST = '127.0.0.1';

/** Starts a database server, creating its data directory first if needed. Throws a `StackError` when it does not start. */
export async function startMysql(options: MysqlOptions): Promise<MysqlServer> {
  const tool = (await readTools()).mysqld;
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const data = await prepareDataDir(tool, dir);
  const credentials = await credentialsIn(dir);
  const env = await ownFolders(dir);
  const fixed = [
    ...settings(tool, options),
    `--datadir=${data}`,
    `--init-file=${await writeInitFile(dir, credentials)}`,
    `--socket=${socketFor(dir)}`,
  ];
  const [server, [port]] = await startServer([options.port ?? 0], ([bound]) =>
    launchProcess({
      command: tool.path,
      args: [...asThisUser(), ...fixed, `--port=${bound}`],
      env,
      logFile: options.logFile ?? path.join(dir, 'mysqld.log'),
      ready: /ready for connections/,
    }),
  );
  return Object.assign(server, {
    url: `mysql://${APP_USER}:${credentials.app}@${HOST}:${port}/${DATABASE}`,
    adminUrl: `mysql://${ADMIN_USER}:${credentials.admin}@${HOST}:${port}`,
    kind: tool.kind,
  });
}

function settings(tool: Tools['mysqld'], { fast = false }: MysqlOptions): string[] {
  return [
    `--bind-address=${HOST}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--innodb-buffer-pool-size=128M',
    '--max-connections=500',
    ...(fast ? ['--innodb-flush-log-at-trx-commit=2'] : []),
    ...(tool.kind === 'mysql' ? ['--mysqlx=OFF'] : []),
  ];
}

// A unix socket's path is limited to about 100 characters, which a deep folder easily exceeds.
function socketFor(dir: string): string {
  return path.join(tmpdir(), `lanekeeper-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}.sock`);
}
