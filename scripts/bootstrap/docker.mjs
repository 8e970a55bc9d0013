import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { attempt, run } from './command.mjs';
import { root, toolsBin } from './places.mjs';

const PASSED_ON = ['NATS_HOST', 'NATS_PORT', 'NATS_MONITOR_PORT', 'NATS_STORE_DIR'];

/** Whether a Docker daemon answers. */
export const dockerAnswers = () => attempt('docker', ['info'], { timeout: 15_000 }).ok;

/** Fetches an image, unless it is there already. Returns whether it is there now. */
export function haveImage(image) {
  return attempt('docker', ['image', 'inspect', image]).ok || attempt('docker', ['pull', '-q', image]).ok;
}

/**
 * Writes `.tools/bin/<name>`: a script that runs one program of an image as if it were installed here: host network,
 * this user, this project's folder and LANEKEEPER_STACK_DIR at their own paths.
 * SIGTERM reaches the program; SIGKILL ends only the script, so tests that kill servers need real ones.
 */
export function writeWrapper(name, image, program) {
  const file = path.join(toolsBin, name);
  mkdirSync(toolsBin, { recursive: true });
  const environment = PASSED_ON.map((key) => `-e ${key}`).join(' ');
  const script = `#!/bin/sh
exec docker run --rm --init --network host -u "$(id -u):$(id -g)" ${environment} \\
  -v "${root}:${root}" -v "\${LANEKEEPER_STACK_DIR:-${root}}:\${LANEKEEPER_STACK_DIR:-${root}}" \\
  --entrypoint ${program} ${image} "$@"
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}

/** Where a program is inside an image, or undefined. */
export function programIn(image, ...names) {
  const search = names.map((name) => `command -v ${name}`).join(' || ');
  const { ok } = attempt('docker', ['run', '--rm', '--entrypoint', 'sh', image, '-c', search]);
  return ok
    ? run('docker', ['run', '--rm', '--entrypoint', 'sh', image, '-c', search]).trim().split('\n')[0]
    : undefined;
}
