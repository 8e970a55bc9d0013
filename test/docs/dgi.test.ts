import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dgiDocument } from './dgi-document.ts';

it('docs/dgi.md says what the module table, the known texts and the error catalogue say', () => {
  const document = readFileSync(path.resolve(import.meta.dirname, '../../docs/dgi.md'), 'utf8');
  expect(document).toBe(dgiDocument());
  expect(document).toContain('| `prospect` | `prsp` | H1 | `idProspect` |');
});
