import { existsSync } from 'node:fs';
import path from 'node:path';
import { atLeast, attempt, isExecutable, which } from './command.mjs';
import { canInstallDebs, installDebs } from './debian.mjs';
import { dockerAnswers, haveImage, programIn, writeWrapper } from './docker.mjs';
import { findFirst } from './find-first.mjs';
import { toolsBin } from './places.mjs';

// The first versions of each that have JSON_TABLE, which the batched writes use.
const MINIMUM = { mysql: '8.0', mariadb: '10.6' };
const IMAGE = 'mysql:8.4';

/**
 * Finds or fetches a MySQL or MariaDB server: `{ kind, path, installDb, admin, version, note }`; `installDb` is only there
 * for MariaDB, since MySQL's server initializes its own data directory.
 */
export function findDatabase() {
  const places = [
    process.env.MARIADBD,
    process.env.MYSQLD,
    which('mariadbd'),
    which('mysqld'),
    path.join(toolsBin, 'mysqld'),
  ];
  const installed = () => places.filter(Boolean).map(probe).find(Boolean);
  return findFirst(
    [installed, fromDebian, fromDocker],
    `no MySQL ${MINIMUM.mysql} or MariaDB ${MINIMUM.mariadb} server. Install one (\`apt install mariadb-server\`, \`brew install mariadb\`), name its program in MYSQLD or MARIADBD, or start Docker.`,
  );
}
findDatabase.label = 'database';

function probe(file) {
  const { ok, output } = isExecutable(file)
    ? attempt(file, ['--no-defaults', '--version'], { timeout: 60_000 })
    : { ok: false, output: '' };
  const version = ok ? output.match(/Ver (\d+\.\d+\.\d+)/)?.[1] : undefined;
  const kind = /mariadb/i.test(output) ? 'mariadb' : 'mysql';
  if (!atLeast(version, MINIMUM[kind])) return undefined;
  const installDb = kind === 'mariadb' ? beside(file, 'mariadb-install-db', 'mysql_install_db') : undefined;
  if (kind === 'mariadb' && !installDb) return undefined;
  return {
    kind,
    path: file,
    installDb,
    admin: beside(file, 'mariadb-admin', 'mysqladmin'),
    version,
    note: `${kind} ${version}  ${file}`,
  };
}

// A server's companions stand next to it, in the bin next to its sbin, or on PATH.
function beside(server, ...names) {
  const dirs = [
    path.dirname(server),
    path.resolve(path.dirname(server), '../bin'),
    path.resolve(path.dirname(server), '../scripts'),
  ];
  return (
    names.flatMap((name) => dirs.map((dir) => path.join(dir, name))).find(isExecutable) ??
    names.map(which).find(Boolean)
  );
}

function fromDebian() {
  if (!canInstallDebs()) return undefined;
  installDebs('mariadb-server');
  stopPackagedService();
  return probe(which('mariadbd') ?? '');
}

// The package may start a server of its own on port 3306. It was not there before, so it is stopped and stays off.
function stopPackagedService() {
  if (existsSync('/run/systemd/system')) attempt('systemctl', ['disable', '--now', 'mariadb']);
  else if (existsSync('/run/mysqld/mysqld.pid')) attempt('service', ['mariadb', 'stop']);
}

function fromDocker() {
  if (!dockerAnswers() || !haveImage(IMAGE)) return undefined;
  const programs = {
    mysqld: ['mysqld', 'mariadbd'],
    'mariadb-install-db': ['mariadb-install-db'],
    mysqladmin: ['mysqladmin', 'mariadb-admin'],
  };
  for (const [name, names] of Object.entries(programs)) {
    const program = programIn(IMAGE, ...names);
    if (program) writeWrapper(name, IMAGE, program);
  }
  return probe(path.join(toolsBin, 'mysqld'));
}
