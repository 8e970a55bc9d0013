import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './places.mjs';

/**
 * Runs a script on the pinned Node in this process's place: same terminal, signals passed on, its exit code becomes ours.
 * The IPC channel tells the script when this process is gone for any reason (`disconnect`), so that it never runs on alone.
 */
export function handOver(args) {
  const bin = path.join(root, 'node_modules/.bin');
  const child = spawn(path.join(bin, 'node'), args, {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.removeAllListeners(signal ?? 'SIGTERM');
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
