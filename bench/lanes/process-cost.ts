import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

/** Processor time that a process has used so far, in milliseconds (Linux). */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}

/** Resident memory of a process, in bytes (Linux). */
export async function rssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1_024;
}

/** Counts the fsyncs of a process with strace until the returned function is called; undefined without strace. */
export async function countSyncs(pid: number): Promise<() => Promise<number | undefined>> {
  const strace = spawn('strace', ['-f', '-c', '-e', 'trace=fsync,fdatasync', '-p', String(pid)]);
  let output = '';
  strace.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const ended = once(strace, 'close').catch(() => undefined);
  const started = await Promise.race([
    once(strace.stderr, 'data').then(() => true),
    once(strace, 'error').then(() => false),
  ]);
  if (!started) return async () => undefined;
  return async () => {
    strace.kill('SIGINT');
    await ended;
    const calls = [...output.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?:fsync|fdatasync)$/gm)];
    return calls.reduce((sum, [, count]) => sum + Number(count), 0);
  };
}
