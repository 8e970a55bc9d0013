/** Writes docs/configuration.md: `node test/docs/write-configuration.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configurationDocument } from './configuration-tables.ts';

writeFileSync(path.resolve(import.meta.dirname, '../../docs/configuration.md'), configurationDocument());
