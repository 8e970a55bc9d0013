import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/**
 * What handlers did to the outside world, in the order in which they did it: one JSON line an effect, appended with
 * O_APPEND by all workers to one file. The line number is the time.
 */
export type Effect = {
  kind: 'start' | 'end' | 'abort';
  jobId: string;
  workload: string;
  lane: string;
  n: number;
  attempt: number;
  worker: string;
  /** Milliseconds since the epoch. */
  at: number;
};

/**
 * Bytes of a line, padded. A divisor of a page: the kernel may break off a write at a page boundary when the process is
 * killed, and a line that never crosses one is written whole or not at all.
 */
const LINE_BYTES = 512;

/** Makes an effect visible, at once. */
export function recordEffect(file: string, effect: Effect): void {
  const line = JSON.stringify(effect).padEnd(LINE_BYTES - 1);
  if (Buffer.byteLength(line) !== LINE_BYTES - 1) throw new RangeError(`an effect has more than ${LINE_BYTES} bytes`);
  appendFileSync(file, `${line}\n`);
}

/** All effects so far; one that is being written while we read is not among them yet. */
export function readEffects(file: string): Effect[] {
  return parse(readFileSync(file, 'utf8'));
}

/** The latest effects, at most so many. */
export function readLatestEffects(file: string, count: number): Effect[] {
  const handle = openSync(file, 'r');
  try {
    const lines = Math.floor(fstatSync(handle).size / LINE_BYTES);
    const first = Math.max(0, lines - count);
    const bytes = Buffer.alloc((lines - first) * LINE_BYTES);
    const read = readSync(handle, bytes, 0, bytes.length, first * LINE_BYTES);
    return parse(bytes.toString('utf8', 0, read));
  } finally {
    closeSync(handle);
  }
}

function parse(text: string): Effect[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Effect);
}
