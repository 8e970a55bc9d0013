import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

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
