/**
 * `in-stack.ts <script> [arguments]`: runs a command-line tool of a service. What its environment does not say about the
 * database, keys and sites comes from the stack that `npm start` runs on this machine, if one does.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot, readTools } from '@lanekeeper/local-stack';
import type { StackFile } from './stack-file.ts';

const [script = '', ...args] = process.argv.slice(2);
const stack = readStack();
const { chromium } = await readTools();
const known = {
  DATABASE_URL: stack?.mysql,
  SECRETS_KEY: stack?.secretsKey,
  GENERIC_SITE_URL: stack?.marketplace,
  CHROMIUM_PATH: chromium?.path,
};
for (const [name, value] of Object.entries(known)) if (value !== undefined) process.env[name] ??= value;
process.argv.splice(1, process.argv.length - 1, script, ...args);
await import(pathToFileURL(path.join(projectRoot, script)).href);

function readStack(): StackFile | undefined {
  try {
    const file = path.resolve(projectRoot, process.env.DATA_DIR ?? '.data', 'stack.json');
    return JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
