import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { attempt, run, which } from './command.mjs';
import { toolsDir } from './places.mjs';
import { BootstrapError } from './step.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LOCK_WAIT_SECONDS = 900;
const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/** Whether Debian packages can be downloaded and unpacked here (needs no rights). */
export const canUnpackDebs = () => Boolean(which('apt-get') && which('dpkg') && existsSync(KEYRING));

/** Whether Debian packages can be installed into this system. */
export const canInstallDebs = () =>
  Boolean(which('apt-get') && existsSync('/etc/debian_version') && process.getuid?.() === 0);

/** Installs packages of this system's own release, without recommended extras. */
export function installDebs(...names) {
  const install = ['install', '-y', '-q', '--no-install-recommends', ...names];
  if (apt(install).ok) return;
  // No index yet, or one so old that its files are gone from the mirror: refresh it and try again.
  const refreshed = apt(['update', '-q']);
  const { ok, output } = apt(install);
  if (!ok)
    throw new BootstrapError(`apt-get install ${names.join(' ')} failed:\n${tail(refreshed.output)}\n${tail(output)}`);
}

/**
 * Downloads one package of another Debian suite and unpacks it into `target`. Uses a source list, index and cache of its
 * own inside .tools, so this system's package sources stay as they are.
 */
export function unpackDebFromSuite(suite, name, target) {
  const dir = path.join(toolsDir, `apt-${suite}`);
  const downloads = path.join(dir, 'downloads');
  for (const needed of [path.join(dir, 'lists/partial'), path.join(dir, 'cache/archives/partial'), downloads])
    mkdirSync(needed, { recursive: true });
  writeFileSync(path.join(dir, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`);
  const own = privateOptions(dir);
  run('apt-get', [...own, 'update', '-q'], { env: environment });
  const version = run('apt-cache', [...own, 'madison', name], { env: environment })
    .split('|')[1]
    ?.trim();
  if (!version) throw new BootstrapError(`Debian ${suite} has no package ${name}.`);
  run('apt-get', [...own, 'download', '-q', `${name}=${version}`], { cwd: downloads, env: environment });
  const deb = readdirSync(downloads).find((file) => file.startsWith(`${name}_`));
  run('dpkg', ['-x', path.join(downloads, deb), target]);
  rmSync(dir, { recursive: true, force: true });
}

function privateOptions(dir) {
  const settings = {
    'Dir::Etc::sourcelist': path.join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::Lists': path.join(dir, 'lists'),
    'Dir::Cache': path.join(dir, 'cache'),
    'Acquire::Languages': 'none',
    // A mirror that stands still serves lists past their date; their signature is checked all the same.
    'Acquire::Check-Valid-Until': 'false',
    // apt's own user may not read this folder (a home directory, /root).
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

// DPkg::Lock::Timeout covers the package database; the index and archive locks have no such setting, so those are retried.
function apt(args) {
  const until = Date.now() + LOCK_WAIT_SECONDS * 1000;
  for (;;) {
    const result = attempt('apt-get', ['-o', `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`, ...args], {
      env: environment,
    });
    if (result.ok || !/could not get lock|unable to lock/i.test(result.output) || Date.now() > until) return result;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }
}

function mirror() {
  const deb822 = '/etc/apt/sources.list.d/debian.sources';
  const found = existsSync(deb822) && readFileSync(deb822, 'utf8').match(/^URIs:\s*(\S+)/im)?.[1];
  return found || 'http://deb.debian.org/debian';
}

const tail = (output) => output.trim().split('\n').slice(-15).join('\n');
