import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRunning, launchProcess } from '../src/mod.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'local-launch-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const logFile = () => path.join(dir, 'out.log');
const script = (code: string) => ({ command: process.execPath, args: ['-e', code], logFile: logFile() });

test('a process that ends before it is ready is reported with the end of what it printed', async () => {
  const start = launchProcess({ ...script('console.error("no licence"); process.exit(3)'), ready: /serving/ });
  await expect(start).rejects.toMatchObject({
    code: 'DID_NOT_START',
    message: expect.stringMatching(/code 3[\s\S]*no licence/),
  });
});

test('a process that never gets ready is ended and reported', async () => {
  const start = launchProcess({ ...script('setInterval(() => {}, 1e6)'), ready: /serving/, readyTimeoutMs: 300 });
  await expect(start).rejects.toMatchObject({
    code: 'DID_NOT_START',
    message: expect.stringContaining('not ready after 300 ms'),
  });
});

test('a program that does not exist is reported by name', async () => {
  await expect(launchProcess({ command: '/no/such/program', args: [], logFile: logFile() })).rejects.toMatchObject({
    code: 'DID_NOT_START',
    message: expect.stringContaining('/no/such/program'),
  });
});

test('a process that ignores SIGTERM is ended by force after the deadline', async () => {
  const stubborn = await launchProcess({
    ...script('process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("serving")'),
    ready: /serving/,
  });
  expect(await stubborn.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('everything that is printed lands in the log file', async () => {
  const lines: string[] = [];
  const talker = await launchProcess({
    ...script('console.log("first"); console.error("second")'),
    onLine: (line) => lines.push(line),
  });
  expect(await talker.exited).toEqual({ code: 0, signal: null });
  expect(lines.toSorted()).toEqual(['first', 'second']);
  await expect.poll(() => readFile(logFile(), 'utf8')).toMatch(/first[\s\S]*second|second[\s\S]*first/);
});

test('an end is noticed although something that the process started holds its output open', async () => {
  const heir = 'require("node:child_process").spawn("sleep", ["60"], { stdio: "inherit" })';
  let heirPid = 0;
  const parent = await launchProcess({
    ...script(`console.log("serving", ${heir}.pid); setInterval(() => {}, 1e6)`),
    ready: /serving/,
    onLine: (line) => {
      heirPid = Number(line.split(' ')[1]);
    },
  });
  expect(await parent.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isRunning(heirPid)).toBe(true);
  process.kill(heirPid);
});
