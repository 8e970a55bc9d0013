import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepEvidence } from './sweep-evidence.ts';

const HOUR = 3_600_000;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-evidence-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function keep(run: string, ageMs: number): Promise<void> {
  const at = path.join(dir, run);
  await mkdir(at, { recursive: true });
  await writeFile(path.join(at, 'page.html'), 'x');
  const time = new Date(Date.now() - ageMs);
  await utimes(at, time, time);
}

test('evidence that is too old goes, with the folder of its job once that is empty; the rest stays', async () => {
  await keep('old/1-a', 3 * HOUR);
  await keep('mixed/1-a', 3 * HOUR);
  await keep('mixed/2-b', HOUR);
  expect(await sweepEvidence(dir, 2 * HOUR)).toBe(2);
  expect(await readdir(dir)).toEqual(['mixed']);
  expect(await readdir(path.join(dir, 'mixed'))).toEqual(['2-b']);
  expect(await sweepEvidence(dir, 2 * HOUR)).toBe(0);
});

test('a folder that is not there holds nothing', async () => {
  expect(await sweepEvidence(path.join(dir, 'missing'), 1)).toBe(0);
});
