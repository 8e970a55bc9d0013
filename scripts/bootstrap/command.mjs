import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { BootstrapError } from './step.mjs';

// Servers often live in directories that are not on an ordinary user's PATH.
const EXTRA_DIRS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Runs a command to its end and returns `{ ok, output }`; never throws for a command that fails or is missing. */
export function attempt(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20, ...options });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`,
  };
}

/** Runs a command that must succeed; throws with the end of its output otherwise. Returns its output. */
export function run(command, args, options = {}) {
  const { ok, output } = attempt(command, args, options);
  if (!ok)
    throw new BootstrapError(
      `\`${command} ${args.join(' ')}\` failed:\n${output.trim().split('\n').slice(-25).join('\n')}`,
    );
  return output;
}

/** The full path of a program found on PATH (or where servers are usually put), or undefined. */
export function which(name) {
  const dirs = [...(process.env.PATH ?? '').split(path.delimiter), ...EXTRA_DIRS];
  return dirs.map((dir) => path.join(dir, name)).find(isExecutable);
}

/** Whether the path is a file this user may run. */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first dotted number in what `<file> <flag>` prints, such as `2.15.1`, or undefined when it does not run. */
export function versionOf(file, flag = '--version') {
  const { ok, output } = attempt(file, [flag], { timeout: 60_000 });
  return ok ? output.match(/\d+\.\d+(\.\d+)*/)?.[0] : undefined;
}

/** Whether dotted version `a` is at least `b`; an absent one never is. */
export function atLeast(a, b) {
  if (!a) return false;
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const [index, wanted] of right.entries()) {
    const have = left[index] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}
