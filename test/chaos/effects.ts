import { appendFileSync, readFileSync } from 'node:fs';

/**
 * What handlers did to the outside world, in the order in which they did it: one JSON line an effect, appended with
 * O_APPEND by all workers to one file. The line number is the time.
 */
export type Effect = {
  kind: 'start' | 'end' | 'abort';
  jobId: string;
  lane: string;
  n: number;
  attempt: number;
  worker: string;
  /** Milliseconds since the epoch. */
  at: number;
};

/** Makes an effect visible, at once. */
export function recordEffect(file: string, effect: Effect): void {
  appendFileSync(file, `${JSON.stringify(effect)}\n`);
}

/** All effects so far. */
export function readEffects(file: string): Effect[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Effect);
}
