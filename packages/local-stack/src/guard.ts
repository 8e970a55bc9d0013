import { spawn } from 'node:child_process';

/*
 * Waits on a pipe that only this process holds. A line means the guarded process is gone already; end of file means this
 * process is gone, however it ended, kill -9 included: then the guarded process is told to stop, and made to after 15 s.
 */
const SCRIPT = `
read -r _ && exit 0
kill -TERM "$1" 2>/dev/null || exit 0
i=0; while [ $i -lt 75 ]; do sleep 0.2; kill -0 "$1" 2>/dev/null || exit 0; i=$((i+1)); done
kill -KILL "$1" 2>/dev/null`;

/**
 * Makes sure that process `pid` does not outlive this one. Returns a function to call once `pid` has ended by itself.
 *
 * A shell on a pipe, and not `setpriv --pdeathsig`: that exists on Linux only and fires when the *thread* that started
 * the process ends. Exit handlers are no help against kill -9.
 */
export function guardAgainstOrphan(pid: number): () => void {
  // Its own session: a Ctrl-C in the terminal must not end the guard before what it guards.
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  if ('unref' in guard.stdin) (guard.stdin as unknown as { unref(): void }).unref();
  // Someone may have ended the guard; there is nothing left to tell it then.
  guard.stdin.on('error', () => undefined);
  return () => guard.stdin.end('gone\n');
}
