import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { removeAbandonedProfiles } from './remove-abandoned-profiles.ts';

// Larger than any process id of Linux or macOS.
const NOBODY = 2 ** 22 + 1;

test('removes what dead processes left, and nothing else', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-abandoned-'));
  const profile = async (name: string, lock?: string) => {
    await mkdir(path.join(dir, name));
    if (lock) await symlink(lock, path.join(dir, name, 'SingletonLock'));
  };
  await profile('playwright_chromiumdev_profile-dead', `${hostname()}-${NOBODY}`);
  await profile('playwright_chromiumdev_profile-alive', `${hostname()}-${process.pid}`);
  await profile('playwright_chromiumdev_profile-other-host', `elsewhere-${NOBODY}`);
  await profile('playwright_chromiumdev_profile-no-lock');
  await profile(`lanekeeper-browser-${NOBODY}-abc`);
  await profile(`lanekeeper-browser-${process.pid}-abc`);
  await profile('something-else', `${hostname()}-${NOBODY}`);
  expect(await removeAbandonedProfiles(dir)).toBe(2);
  expect((await readdir(dir)).sort()).toEqual([
    `lanekeeper-browser-${process.pid}-abc`,
    'playwright_chromiumdev_profile-alive',
    'playwright_chromiumdev_profile-no-lock',
    'playwright_chromiumdev_profile-other-host',
    'something-else',
  ]);
  await rm(dir, { recursive: true });
});
