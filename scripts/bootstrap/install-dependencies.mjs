import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { root } from './places.mjs';

const INPUTS = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
const stampFile = path.join(root, 'node_modules/.installed-from');

/** Installs exactly what the lockfile says; does nothing when that has been done already. */
export function installDependencies() {
  const wanted = fingerprint();
  if (installedFrom() === wanted) return { note: 'up to date' };
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // npx already runs the version that package.json names; asked to check that itself, pnpm 12 refuses a frozen install
  // (pnpm issue 14124).
  run('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--pm-on-fail=ignore'], {
    cwd: root,
    env: quietEnvironment(),
  });
  writeFileSync(stampFile, wanted);
  return { note: `installed with ${packageManager}` };
}

function installedFrom() {
  const usable = existsSync(stampFile) && existsSync(path.join(root, 'node_modules/.bin/node'));
  return usable ? readFileSync(stampFile, 'utf8') : undefined;
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of INPUTS) hash.update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

// `npm run` hands its own settings down as npm_config_*; pnpm would warn about each that it does not know.
// The proxy, registry and certificate settings stay: without them nothing can be fetched in some networks.
function quietEnvironment() {
  const kept = /^npm_config_(.*proxy|registry|cafile|ca|strict_ssl|store_dir|cache|userconfig)$/i;
  const entries = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key) || kept.test(key));
  return { ...Object.fromEntries(entries), CI: 'true', npm_config_loglevel: 'error' };
}
