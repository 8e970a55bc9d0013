import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { WorkerSettings } from './settings.ts';

const WORKER = path.join(import.meta.dirname, 'worker-process.ts');

/** Starts a worker as a process of its own; what it prints is appended to `logFile`. */
export function spawnWorker(settings: WorkerSettings, logFile: string): ChildProcess {
  const worker = spawn(process.execPath, [WORKER, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  worker.stdout?.pipe(log, { end: false });
  worker.stderr?.pipe(log, { end: false });
  worker.once('close', () => log.end());
  return worker;
}
