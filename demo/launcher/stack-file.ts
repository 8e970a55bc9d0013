import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '@lanekeeper/local-stack';

/** What runs where: `stack.json` in the data folder, for scripts and tests. It holds passwords and keys. */
export interface StackFile {
  gateway: string;
  status: string;
  imageWorker: string;
  nats: string;
  natsMonitor: string;
  mysql: string;
  mysqlAdmin: string;
  rembg: string[];
  photos: string;
  marketplace: string;
  browserWorker: string;
  dealerApi: string;
  fetchWorker: string;
  /** SECRETS_KEY of the services. */
  secretsKey: string;
  chromium: string;
  /** Process ids by name; `launcher` is the one to signal. */
  pids: Record<string, number>;
}

const OLD_PROCESSES_MS = 20_000;
const pidsIn = (dir: string) => path.join(dir, 'pids.json');
const fileIn = (dir: string) => path.join(dir, 'stack.json');

/** Writes the file in one step: a reader sees the old or the new, never half of it. */
export function writeStackFile(dir: string, stack: StackFile): void {
  const file = fileIn(dir);
  writeFileSync(`${file}.new`, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Removes the file: nothing runs any more. */
export const removeStackFile = (dir: string): void => rmSync(fileIn(dir), { force: true });

/** Notes which processes work on this folder, from the first one on, for {@link outwaitOldProcesses}. */
export const notePids = (dir: string, pids: Record<string, number>): void =>
  writeFileSync(pidsIn(dir), JSON.stringify(pids));

/**
 * Waits until the processes of a launcher that was killed are gone: two servers on one data folder would damage it.
 * Throws when they still run after 20 s.
 */
export async function outwaitOldProcesses(dir: string): Promise<void> {
  const until = Date.now() + OLD_PROCESSES_MS;
  for (;;) {
    const left = Object.entries(oldPids(dir)).filter(([, pid]) => isRunning(pid));
    if (left.length === 0) return removeStackFile(dir);
    if (Date.now() > until) {
      const names = left.map(([name, pid]) => `${name} (${pid})`).join(', ');
      throw new Error(
        `${dir}: processes of an earlier run still run: ${names}. Stop them, or remove ${pidsIn(dir)} if they are others.`,
      );
    }
    await delay(100);
  }
}

function oldPids(dir: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(pidsIn(dir), 'utf8')) as Record<string, number>;
  } catch {
    // No file, or one that no reader could use either: nothing to wait for.
    return {};
  }
}
