import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readTools } from '@lanekeeper/local-stack';

const run = promisify(execFile);

/** The Chromium that the bootstrap found. */
export async function chromiumPath(): Promise<string> {
  const { chromium } = await readTools();
  if (!chromium) throw new Error('no Chromium: run `node scripts/bootstrap.mjs tools` first');
  return chromium.path;
}

/**
 * The processes of a process group that are alive. Ended ones that wait for the init process of a container do not
 * count: they hold nothing, and only that process can remove them.
 */
export async function livingProcesses(group: number): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'pgid=,stat=,comm=']);
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${group} `) && !/^\d+\s+Z/.test(line));
}
