import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@lanekeeper/service-kit';

/** Time between two looks, in milliseconds. */
const EVERY_MS = 3_600_000;

/**
 * Removes evidence older than `ttlMs`, in milliseconds: a folder of each attempt within a folder of each job. Answers how
 * many attempts it removed. A folder that is not there holds nothing.
 */
export async function sweepEvidence(dir: string, ttlMs: number, now = Date.now()): Promise<number> {
  let removed = 0;
  for (const job of await entries(dir)) {
    const jobDir = path.join(dir, job);
    const runs = await entries(jobDir);
    let left = runs.length;
    for (const run of runs) {
      const runDir = path.join(jobDir, run);
      if (now - (await stat(runDir)).mtimeMs < ttlMs) continue;
      await rm(runDir, { recursive: true, force: true });
      removed++;
      left--;
    }
    if (left === 0) await rmdir(jobDir).catch(ignoreFilledMeanwhile);
  }
  return removed;
}

/** Sweeps now and every hour until stopped; a sweep that fails is logged, and the next one follows. */
export function keepSweepingEvidence(dir: string, ttlMs: number, log: Logger): { stop: () => void } {
  const sweep = () =>
    void sweepEvidence(dir, ttlMs).then(
      (removed) => removed > 0 && log.info({ removed }, 'removed evidence that is too old'),
      (err: unknown) => log.warn({ err }, 'old evidence could not be removed'),
    );
  sweep();
  const timer = setInterval(sweep, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function entries(dir: string): Promise<string[]> {
  try {
    const found = await readdir(dir, { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function ignoreFilledMeanwhile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error;
}
