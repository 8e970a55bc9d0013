import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDataDir, DataDirInUse } from './data-dir.ts';
import { notePids, outwaitOldProcesses } from './stack-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'launcher-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('a folder belongs to one stack until it lets go', () => {
  const first = claimDataDir(dir);
  expect(() => claimDataDir(dir)).toThrow(DataDirInUse);
  first.release();
  const again = claimDataDir(dir);
  expect(again).toMatchObject({ dir, besides: undefined });
  again.release();
});

test('what a killed launcher held is free again', async () => {
  await writeFile(path.join(dir, 'stack.lock'), String(deadPid()));
  const claimed = claimDataDir(dir);
  expect(claimed.dir).toBe(dir);
  claimed.release();
});

test('servers of a killed launcher are waited for, since two on one folder would damage it', async () => {
  notePids(dir, { nats: process.pid });
  const waited = outwaitOldProcesses(dir);
  notePids(dir, { nats: deadPid() });
  await expect(waited).resolves.toBeUndefined();
});
