/** Writes what is made from the configuration schemas: `node test/docs/write-configuration.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configurationDocument } from './configuration-tables.ts';
import { environmentFiles } from './environment-files.ts';

const files = { 'docs/configuration.md': configurationDocument(), ...environmentFiles() };
for (const [file, text] of Object.entries(files)) writeFileSync(path.resolve(import.meta.dirname, '../..', file), text);
