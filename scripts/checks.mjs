import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Runs a program from node_modules/.bin, its output straight to the terminal. Resolves to whether it succeeded. */
export function runTool(name, args) {
  const child = spawn(path.join(root, 'node_modules/.bin', name), args, { cwd: root, stdio: 'inherit' });
  // Asked to stop, or whoever started this is gone: the tool stops too, and nobody waits for a verdict.
  const stop = () => {
    child.once('close', () => process.exit(1));
    child.kill('SIGTERM');
  };
  const reasons = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'];
  for (const reason of reasons) process.once(reason, stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      for (const reason of reasons) process.off(reason, stop);
      resolve(code === 0);
    });
  });
}

/** Format, lint and types; resolves to the name of each check and whether it passed. */
export async function runChecks() {
  return [
    { name: 'biome', ok: await runTool('biome', ['ci', '--error-on-warnings']) },
    { name: 'tsc', ok: await runTool('tsc', ['-p', '.']) },
  ];
}
