import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toolsDir } from './places.mjs';

const file = path.join(toolsDir, 'tools.json');

/** Notes where each tool is in .tools/tools.json, keeping what other commands noted. */
export function writeTools(found) {
  mkdirSync(toolsDir, { recursive: true });
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const now = Object.fromEntries(Object.entries(found).map(([tool, { note: _, ...facts }]) => [tool, facts]));
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...before, ...now }, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
