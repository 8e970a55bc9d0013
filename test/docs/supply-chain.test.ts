import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '@lanekeeper/local-stack';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { licencesDocument } from './licences-document.ts';
import { productionPackages, servicesInImages } from './production-packages.ts';

/** Licences that ask for attribution and no more. */
const PERMISSIVE = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'Python-2.0',
  'CC0-1.0',
  'MIT-0',
];
const read = (file: string) => readFileSync(path.join(projectRoot, file), 'utf8');

it('docs/licences.md says what is in the images', () => {
  expect(read('docs/licences.md')).toBe(licencesDocument());
});

describe.each(servicesInImages())('the image of %s', (folder) => {
  it('holds packages of permissive licences only', () => {
    const packages = productionPackages(folder);
    expect(packages.length).toBeGreaterThan(20);
    const permissive = (licence: string) =>
      licence
        .replace(/[()]/g, '')
        .split(' OR ')
        .some((one) => PERMISSIVE.includes(one));
    expect(packages.filter(({ licence }) => !permissive(licence))).toEqual([]);
    expect(packages.map(({ name }) => name)).not.toContain('@imgly/background-removal-node');
  });
});

it('the demo, which no image of a service is made from, is what holds AGPL code', () => {
  expect(productionPackages('demo').map(({ name }) => name)).toContain('@imgly/background-removal-node');
});

it('one package may run an install script: the pinned Node', () => {
  const { allowBuilds } = parse(read('pnpm-workspace.yaml')) as { allowBuilds: Record<string, boolean> };
  expect(Object.entries(allowBuilds).filter(([, allowed]) => allowed)).toEqual([['node', true]]);
});

it('workflows use actions by commit', () => {
  const uses = globSync('.github/workflows/*.yml', { cwd: projectRoot }).flatMap(
    (file) => read(file).match(/uses: .*/g) ?? [],
  );
  expect(uses.length).toBeGreaterThan(3);
  for (const line of uses) expect(line).toMatch(/@[0-9a-f]{40} # v\d/);
});
