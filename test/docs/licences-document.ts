import { type InstalledPackage, productionPackages, servicesInImages } from './production-packages.ts';

/** docs/licences.md: what is in the images, under which licence. */
export function licencesDocument(): string {
  const byService = servicesInImages().map((folder) => [folder, productionPackages(folder)] as const);
  const all = new Map<string, InstalledPackage & { usedBy: string[] }>();
  for (const [folder, packages] of byService) {
    for (const found of packages) {
      const key = `${found.name}@${found.version}`;
      const row = all.get(key) ?? { ...found, usedBy: [] };
      row.usedBy.push(folder.replace('services/', ''));
      all.set(key, row);
    }
  }
  const rows = [...all.values()];
  return [
    '# Licences',
    '',
    `What the images of the services are made of, by the lockfile: ${rows.length} packages. Made by`,
    '`node test/docs/write-licences.ts`; a test keeps it true and refuses licences that ask for more than attribution.',
    '`npm run supply-chain` writes the same as CycloneDX documents, one a service, with hashes (`.data/sbom/`).',
    '',
    "Besides: Node.js (MIT) and Debian's packages in the base image; sharp's builds hold libvips and its libraries (LGPL-3.0-or-later",
    "and others, linked dynamically, replaceable); browser-worker's image has Debian's Chromium (BSD-3-Clause and others).",
    "The demo's image alone holds AGPL-3.0 code (demo/README.md).",
    '',
    '| licence | packages |',
    '|---|---|',
    ...countsOf(rows).map(([licence, count]) => `| ${licence} | ${count} |`),
    '',
    '| package | version | licence | in |',
    '|---|---|---|---|',
    ...rows.toSorted((a, b) => a.name.localeCompare(b.name, 'en')).map(rowOf),
    '',
  ].join('\n');
}

const rowOf = ({ name, version, licence, usedBy }: InstalledPackage & { usedBy: string[] }) =>
  `| ${name} | ${version} | ${licence} | ${usedBy.join(', ')} |`;

function countsOf(rows: readonly InstalledPackage[]): [string, number][] {
  const groups = Object.groupBy(rows, ({ licence }) => licence);
  return Object.entries(groups)
    .map(([licence, found]): [string, number] => [licence, found?.length ?? 0])
    .toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b, 'en'));
}
