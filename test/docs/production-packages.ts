import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '@lanekeeper/local-stack';
import { parse } from 'yaml';

/** A package that is in an image. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** Its licence by SPDX. */
  licence: string;
}

type References = Record<string, string | { version: string }>;
type Entry = { dependencies?: References; optionalDependencies?: References };
type Lockfile = {
  importers: Record<string, Entry>;
  snapshots: Record<string, Entry>;
  packages: Record<string, { os?: string[]; cpu?: string[]; libc?: string[] }>;
};

const lockfile = parse(readFileSync(path.join(projectRoot, 'pnpm-lock.yaml'), 'utf8')) as Lockfile;

/** The services, which are what images are made of. */
export const servicesInImages = (): string[] =>
  globSync('services/*/package.json', { cwd: projectRoot })
    .map((file) => path.dirname(file))
    .toSorted();

/**
 * What `pnpm install --prod` puts into the image of a workspace folder, by the lockfile. Builds for one kind of machine
 * (sharp's) are left out: they differ from place to place, and come with the package that names them.
 */
export function productionPackages(folder: string): InstalledPackage[] {
  const seen = new Set<string>();
  const visit = (entry: Entry | undefined, from: string) => {
    for (const [name, reference] of Object.entries({ ...entry?.dependencies, ...entry?.optionalDependencies })) {
      const version = typeof reference === 'string' ? reference : reference.version;
      const local = version.startsWith('link:');
      const key = local ? path.join(from, version.slice('link:'.length)) : keyOf(name, version);
      if (seen.has(key) || isForOneMachine(key)) continue;
      seen.add(key);
      visit(local ? lockfile.importers[key] : lockfile.snapshots[key], local ? key : from);
    }
  };
  visit(lockfile.importers[folder], folder);
  return [...seen]
    .filter((key) => key.includes('@', 1))
    .map(describe)
    .toSorted(byName);
}

// An alias names another package in full.
const keyOf = (name: string, version: string) =>
  version.includes('@', 1) && /^@?[a-z]/.test(version) ? version : `${name}@${version}`;

const withoutPeers = (key: string) => key.replace(/\(.*$/, '');

function isForOneMachine(key: string): boolean {
  const { os, cpu, libc } = lockfile.packages[withoutPeers(key)] ?? {};
  return Boolean(os || cpu || libc);
}

function describe(key: string): InstalledPackage {
  const plain = withoutPeers(key);
  const at = plain.lastIndexOf('@');
  const [name, version] = [plain.slice(0, at), plain.slice(at + 1)];
  return { name, version, licence: licenceOf(name, key) };
}

/** The licence that the installed package states. */
function licenceOf(name: string, key: string): string {
  const folder = key
    .replaceAll('/', '+')
    .replace(/\)$/, '')
    .replaceAll(')(', '_')
    .replace('(', '_')
    .replaceAll(/[()]/g, '_');
  const file = path.join(projectRoot, 'node_modules/.pnpm', folder, 'node_modules', name, 'package.json');
  const found = existsSync(file)
    ? file
    : globSync(`node_modules/.pnpm/${withoutPeers(folder)}*/node_modules/${name}/package.json`, {
        cwd: projectRoot,
      })[0];
  if (!found) return 'unknown';
  const { license } = JSON.parse(readFileSync(path.resolve(projectRoot, found), 'utf8')) as {
    license?: string | { type: string };
  };
  return (typeof license === 'string' ? license : license?.type) ?? 'unknown';
}

const byName = (a: InstalledPackage, b: InstalledPackage) =>
  `${a.name}@${a.version}`.localeCompare(`${b.name}@${b.version}`, 'en');
