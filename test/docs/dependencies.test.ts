import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const document = readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8');
const workspace = readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8');

type Manifest = { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

const manifests = globSync(['package.json', '{packages,services}/*/package.json', '{demo,bench,test}/package.json'], {
  cwd: root,
});
const used = manifests.flatMap((file) => {
  const manifest = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Manifest;
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).map(([name, version]) => ({
    file,
    name,
    version: version === 'catalog:' ? catalogVersion(name) : version,
  }));
});
const outside = used.filter(({ version }) => version !== 'workspace:*');

function catalogVersion(name: string): string {
  return new RegExp(`^  '?${name}'?: (\\S+)$`, 'm').exec(workspace)?.[1] ?? 'missing from the catalog';
}

describe('dependencies', () => {
  it('are found in all manifests', () => {
    expect(manifests.length).toBeGreaterThan(8);
    expect(outside.length).toBeGreaterThan(20);
  });

  it.each(outside)('$name of $file has an exact version and a reason', ({ name, version }) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const row = document.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${name}\``));
    expect(row, 'a row in docs/dependencies.md').toBeDefined();
    expect(row).toContain(`| ${version} |`);
  });
});
