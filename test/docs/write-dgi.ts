/** Writes docs/dgi.md: `node test/docs/write-dgi.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { dgiDocument } from './dgi-document.ts';

writeFileSync(path.resolve(import.meta.dirname, '../../docs/dgi.md'), dgiDocument());
