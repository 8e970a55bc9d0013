import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRunning, projectRoot } from '@lanekeeper/local-stack';

const MOST = 20;

/** A data folder that belongs to this launcher until `release`. */
export interface DataDir {
  readonly dir: string;
  /** The launcher that holds the folder this one would rather have had. */
  readonly besides: number | undefined;
  release(): void;
}

/** The folder that was asked for is another launcher's. */
export class DataDirInUse extends Error {
  constructor(dir: string, pid: number) {
    super(`${dir} is in use by another stack (process ${pid}). Stop that one, or name another folder in DATA_DIR.`);
    this.name = 'DataDirInUse';
  }
}

/**
 * Takes a data folder for this process: the one asked for, or `.data`; while another stack of this folder runs, a free
 * `.data/beside-2` and so on. Throws {@link DataDirInUse} when the folder asked for is taken.
 */
export function claimDataDir(asked: string | undefined): DataDir {
  const preferred = path.resolve(projectRoot, asked ?? '.data');
  const first = tryClaim(preferred);
  if (typeof first !== 'number') return { dir: preferred, besides: undefined, release: first };
  if (asked) throw new DataDirInUse(preferred, first);
  for (let copy = 2; copy <= MOST; copy++) {
    const dir = path.join(preferred, `beside-${copy}`);
    const claimed = tryClaim(dir);
    if (typeof claimed !== 'number') return { dir, besides: first, release: claimed };
  }
  throw new DataDirInUse(preferred, first);
}

/** Takes one folder: answers how to release it, or the process that holds it. A dead process holds nothing. */
function tryClaim(dir: string): (() => void) | number {
  mkdirSync(dir, { recursive: true });
  const lock = path.join(dir, 'stack.lock');
  const mine = `${lock}.${process.pid}`;
  // Linking a file that already holds the process id makes the lock and its owner appear in one step.
  writeFileSync(mine, String(process.pid));
  try {
    for (;;) {
      const owner = link(mine, lock);
      if (owner === undefined) return () => rmSync(lock, { force: true });
      if (isRunning(owner)) return owner;
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function link(mine: string, lock: string): number | undefined {
  try {
    linkSync(mine, lock);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return ownerOf(lock);
  }
}

// Gone between the two looks at it: as good as a dead owner's.
function ownerOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 2 ** 31 - 1;
  }
}
