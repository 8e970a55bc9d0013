import { readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 200;

/** Follows the memory of a process group until it is disposed of. */
export interface GroupMemory extends Disposable {
  /** Begins with the group of this leader. */
  follow(leader: number): void;
  /** The most that the group used at a look, in bytes. */
  readonly peakBytes: number;
}

/** Looks five times a second at what the processes of a group use, each by its share (PSS). Linux only, else 0. */
export function followMemory(): GroupMemory {
  let peakBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    follow(leader) {
      timer = setInterval(() => {
        peakBytes = Math.max(peakBytes, groupBytes(leader));
      }, EVERY_MS);
    },
    get peakBytes() {
      return peakBytes;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function groupBytes(leader: number): number {
  if (process.platform !== 'linux') return 0;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === leader);
  return pids.reduce((sum, pid) => sum + shareOf(pid), 0);
}

// After the command, which may hold anything, in brackets: state, parent, group.
const groupOf = (pid: string): number => Number(/\) \w \d+ (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);
const shareOf = (pid: string): number =>
  1024 * Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);

// A process may end between two looks.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
