import { readdir, readlink, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { scratchOwner } from './scratch-dir.ts';

const PROFILE = /^playwright_\w+_profile-/;

/**
 * Removes the temporary folders of browsers that workers which were killed could not remove; they hold sessions. For the
 * start of a worker. Answers how many were removed.
 */
export async function removeAbandonedProfiles(dir = tmpdir()): Promise<number> {
  let removed = 0;
  for (const name of await readdir(dir)) {
    const owner = scratchOwner(name) ?? (PROFILE.test(name) ? await profileOwner(path.join(dir, name)) : undefined);
    if (owner === undefined || isAlive(owner)) continue;
    await rm(path.join(dir, name), { recursive: true, force: true });
    removed++;
  }
  return removed;
}

// Chromium's own lock is a link to `<host>-<pid>`. A profile without one, or of another host, stays.
async function profileOwner(profile: string): Promise<number | undefined> {
  const lock = await readlink(path.join(profile, 'SingletonLock')).catch(() => '');
  const [, host, pid] = /^(.*)-(\d+)$/.exec(lock) ?? [];
  return host === hostname() ? Number(pid) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
