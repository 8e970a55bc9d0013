import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from './errors.ts';

/** The project's folder. */
export const projectRoot = path.resolve(import.meta.dirname, '../../..');

/** Where the bootstrap found each program; what it writes to `.tools/tools.json`. */
export interface Tools {
  natsServer: { path: string; version: string };
  mysqld: { kind: 'mariadb' | 'mysql'; path: string; version: string; installDb?: string; admin?: string };
  chromium?: { path: string; version: string };
  kubectl?: { path: string; version: string };
}

/** Reads what the bootstrap noted. Throws `TOOLS_MISSING` when it has not run yet. */
export async function readTools(): Promise<Tools> {
  const file = path.join(projectRoot, '.tools/tools.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Tools;
  } catch (cause) {
    throw new StackError(
      'TOOLS_MISSING',
      `${file} cannot be read. Run \`node scripts/bootstrap.mjs tools\` first.`,
      cause,
    );
  }
}
