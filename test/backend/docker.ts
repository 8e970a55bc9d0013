import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isRunning } from '@lanekeeper/local-stack';

const run = promisify(execFile);
/** The images of the servers, which docker-compose.yml runs too. */
export const images = { nats: 'nats:2.15-alpine', mysql: 'mysql:8.4' } as const;

const ANSWER_MS = 10_000;

/** Whether a Docker daemon answers and has images of all these names; nothing is fetched. */
export async function haveImages(...names: readonly string[]): Promise<boolean> {
  try {
    const ids = await Promise.all(names.map((name) => run('docker', ['images', '-q', name], { timeout: ANSWER_MS })));
    return ids.every(({ stdout }) => stdout.trim() !== '');
  } catch {
    return false; // no program, no daemon, or no right to ask it: in any case nothing to run containers with
  }
}

const RUN = 'lanekeeper.test-run';

/** Labels of the containers of this run. */
export const labelsOfThisRun = { [RUN]: String(process.pid) };

/** Removes the containers of runs that were killed: of processes of this machine that are no more. */
export async function removeLeftovers(): Promise<void> {
  const format = `{{.ID}} {{.Label "${RUN}"}}`;
  const { stdout } = await run('docker', ['ps', '--all', '--filter', `label=${RUN}`, '--format', format]);
  const left = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, pid]) => pid && !isRunning(Number(pid)));
  if (left.length > 0) await run('docker', ['rm', '--force', '--volumes', ...left.map(([id]) => id as string)]);
}
