import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isRunning, projectRoot } from '@lanekeeper/local-stack';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackFile } from './stack-file.ts';

const PORTS = [
  'GATEWAY',
  'STATUS',
  'IMAGE_WORKER',
  'NATS',
  'NATS_MONITOR',
  'MYSQL',
  'REMBG',
  'PHOTOS',
  'MARKETPLACE',
  'BROWSER_WORKER',
  'DEALER_API',
  'FETCH_WORKER',
];
const anyPorts = Object.fromEntries(PORTS.map((name) => [`${name}_PORT`, '0']));
const TIMEOUT_MS = 300_000;

let dir: string;
let launcher: ChildProcess | undefined;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'launcher-'));
});
afterEach(async () => {
  if (launcher && launcher.exitCode === null && launcher.signalCode === null) {
    launcher.kill();
    await once(launcher, 'exit');
  }
  await rm(dir, { recursive: true, force: true });
});

function launch(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const env = { ...process.env, ...anyPorts, REMBG_COUNT: '1', DATA_DIR: dir };
  const started = spawn(process.execPath, ['demo/launcher/main.ts', ...args], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launcher = started;
  return started;
}

const stackFile = () => path.join(dir, 'stack.json');
const readStack = async (): Promise<StackFile> => JSON.parse(await readFile(stackFile(), 'utf8'));
const patiently = { timeout: TIMEOUT_MS, interval: 200 };

test('the demo cuts out every photo, publishes every listing, says so, and leaves nothing running', {
  timeout: TIMEOUT_MS,
}, async () => {
  const demo = launch('demo', '--exit');
  const [output, [code]] = await Promise.all([text(demo.stdout), once(demo, 'exit')]);
  expect(output).toMatch(/all 7 cut out, stored and in their records/);
  expect(output).toMatch(/all 14 operations done, in order, every listing exactly once/);
  expect(output).toMatch(/all 9 fetches stored what the dealer API has/);
  expect(code).toBe(0);
  expect(existsSync(stackFile())).toBe(false);
});

test('what dies is started again at the same address, and SIGTERM stops all', { timeout: TIMEOUT_MS }, async () => {
  const started = launch('start');
  started.stdout.resume();
  await expect.poll(() => existsSync(stackFile()), patiently).toBe(true);
  const before = await readStack();

  process.kill(before.pids.gateway as number, 'SIGKILL');
  await expect.poll(async () => (await readStack()).pids.gateway, patiently).not.toBe(before.pids.gateway);
  const after = await readStack();
  expect(after.gateway).toBe(before.gateway);
  expect((await fetch(`${after.gateway}/readyz`)).status).toBe(200);

  started.kill('SIGTERM');
  const [code] = await once(started, 'exit');
  expect(code).toBe(0);
  expect(Object.entries(after.pids).filter(([, pid]) => isRunning(pid))).toEqual([]);
  expect(existsSync(stackFile())).toBe(false);
});
