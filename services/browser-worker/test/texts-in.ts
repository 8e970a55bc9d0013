import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';

/** Every file of a folder as text, by name; of a zip, its entries. */
export async function textsIn(folder: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    const bytes = await readFile(path.join(folder, name));
    const entries = name.endsWith('.zip') ? unzipSync(bytes) : { [name]: bytes };
    for (const [entry, content] of Object.entries(entries)) texts[entry] = strFromU8(content, true);
  }
  return texts;
}
