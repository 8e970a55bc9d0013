import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { configurationDocument } from './configuration-tables.ts';

it('docs/configuration.md says what the schemas say', () => {
  const document = readFileSync(path.resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  expect(document).toBe(configurationDocument());
  expect(document).toContain('| `REMBG_URLS` |');
});
