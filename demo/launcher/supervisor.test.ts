import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LaunchedProcess, type LocalServer, launchProcess, startServer } from '@lanekeeper/local-stack';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Supervisor, type SupervisorReports } from './supervisor.ts';

let dir: string;
let supervisor: Supervisor | undefined;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'supervisor-'));
});
afterEach(async () => {
  await supervisor?.stopAll();
  await rm(dir, { recursive: true, force: true });
});

const SERVE = 'setInterval(() => {}, 1e6); console.log("serving")';
const DIE_AT_ONCE = 'console.log("serving"); process.exit(3)';

const run = (code: string): Promise<LaunchedProcess> =>
  launchProcess({ command: process.execPath, args: ['-e', code], logFile: path.join(dir, 'log'), ready: /serving/ });

const serverOf = async (code: string): Promise<LocalServer> => (await startServer([0], () => run(code)))[0];

const reports = () => ({
  ready: vi.fn<SupervisorReports['ready']>(),
  died: vi.fn<SupervisorReports['died']>(),
  changed: vi.fn<SupervisorReports['changed']>(),
  gaveUp: vi.fn<SupervisorReports['gaveUp']>(),
});

test('what dies is started again under a new process id', async () => {
  const told = reports();
  supervisor = new Supervisor(told);
  const server = await supervisor.add('one', () => serverOf(SERVE));
  const { pid } = server;
  const again = new Promise<void>((resolve) => told.changed.mockImplementationOnce(resolve));
  await server.kill('SIGKILL');
  await again;
  expect(told.died).toHaveBeenCalledExactlyOnceWith('one', { code: null, signal: 'SIGKILL' }, 200);
  expect(supervisor.pids().one).toBe(server.pid);
  expect(server.pid).not.toBe(pid);
});

test('what dies at once five times in a row is given up', async () => {
  const told = reports();
  supervisor = new Supervisor(told);
  const gaveUp = new Promise<string>((resolve) => told.gaveUp.mockImplementationOnce(resolve));
  await supervisor.add('one', () => serverOf(DIE_AT_ONCE));
  expect(await gaveUp).toBe('one');
  expect(told.died.mock.calls.map((call) => call[2])).toEqual([200, 400, 800, 1600]);
});

test('stops the last started first, and starts nothing again meanwhile', async () => {
  const told = reports();
  supervisor = new Supervisor(told);
  const ended: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    const server = await supervisor.add(name, () => serverOf(SERVE));
    void server.exited.then(() => ended.push(name));
  }
  await supervisor.stopAll();
  expect(ended).toEqual(['third', 'second', 'first']);
  expect(told.died).not.toHaveBeenCalled();
  await expect(supervisor.add('late', () => serverOf(SERVE))).rejects.toThrow();
});
