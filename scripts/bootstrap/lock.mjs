import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolsDir } from './places.mjs';

const lockFile = path.join(toolsDir, 'bootstrap.lock');

/** Runs `action` while no other bootstrap of this folder does; a lock whose owner has died is taken over. */
export async function withLock(action) {
  mkdirSync(toolsDir, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) console.log('  waiting for another bootstrap of this folder');
    told = true;
    await sleep(300);
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await action();
  } finally {
    process.off('exit', release);
    release();
  }
}

// Linking a file that already holds the pid makes lock and owner appear in one step.
function take() {
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerLives()) rmSync(lockFile, { force: true });
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function ownerLives() {
  try {
    process.kill(Number(readFileSync(lockFile, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
