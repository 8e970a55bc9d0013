import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { configurationDocument, services } from './configuration-tables.ts';
import { environmentFiles } from './environment-files.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

it('docs/configuration.md says what the schemas say', () => {
  expect(read('docs/configuration.md')).toBe(configurationDocument());
  expect(configurationDocument()).toContain('| `REMBG_URLS` |');
});

it.each(Object.entries(environmentFiles()))('%s says what the schemas say', (file, text) => {
  expect(read(file)).toBe(text);
});

it('covers every service', () => {
  const built = globSync('services/*/src/config.ts', { cwd: root }).map((file) => file.split('/')[1]);
  expect(Object.keys(services).toSorted()).toEqual(built.toSorted());
});
