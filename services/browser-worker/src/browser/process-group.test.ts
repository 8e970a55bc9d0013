import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { livingProcesses } from '../../test/chromium.ts';
import { untilGroupEnded } from './process-group.ts';

/** A group of processes whose leader has ended while another one goes on for so many seconds. */
async function leaderlessGroup(seconds: number): Promise<number> {
  const leader = spawn('sh', ['-c', `sleep ${seconds} &`], { detached: true, stdio: 'ignore' });
  await once(leader, 'exit');
  return leader.pid ?? 0;
}

test('waits until all of a group have ended, not only its leader', async () => {
  const group = await leaderlessGroup(1);
  expect(await livingProcesses(group)).toHaveLength(1);
  await untilGroupEnded(group, 20_000);
  expect(await livingProcesses(group)).toEqual([]);
});

test('does not wait for ever for a group that lives', async () => {
  const group = await leaderlessGroup(600);
  try {
    await untilGroupEnded(group, 50);
    expect(await livingProcesses(group)).toHaveLength(1);
  } finally {
    process.kill(-group, 'SIGKILL');
  }
});
