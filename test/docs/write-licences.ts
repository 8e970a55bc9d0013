/** Writes docs/licences.md: `node test/docs/write-licences.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { licencesDocument } from './licences-document.ts';

writeFileSync(path.resolve(import.meta.dirname, '../../docs/licences.md'), licencesDocument());
