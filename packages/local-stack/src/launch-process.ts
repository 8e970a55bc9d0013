import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { guardAgainstOrphan } from './guard.ts';

/** What to run, and how to tell that it is ready. */
export interface LaunchOptions {
  /** What errors call it; default: the command. */
  name?: string;
  command: string;
  args: readonly string[];
  /** Added to this process's own environment. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Everything the process prints is appended here. */
  logFile: string;
  /** A line of output that says that the process serves; without it the process counts as ready once it runs. */
  ready?: RegExp;
  /** How long readiness may take, in milliseconds; default 60,000. */
  readyTimeoutMs?: number;
  /** Called with each line that the process prints. */
  onLine?: (line: string) => void;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that was started here and never outlives this one. */
export interface LaunchedProcess {
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<Exit>;
  /** Sends a signal and resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Asks the process to end (SIGTERM) and makes it end (SIGKILL) after the deadline in milliseconds; default 20,000. */
  stop(deadlineMs?: number): Promise<Exit>;
}

const TAKEN = /address already in use|EADDRINUSE/i;
const TAIL_LINES = 15;
const LAST_OUTPUT_MS = 500;
const nameOf = ({ name, command }: LaunchOptions) => name ?? command;

/**
 * Starts a process in a session of its own (a Ctrl-C in the terminal reaches only this process, which then stops its
 * children in order) and resolves when it is ready. Throws `PORT_TAKEN` when it ended because it could not bind, else
 * `DID_NOT_START` with the end of its output.
 */
export async function launchProcess(options: LaunchOptions): Promise<LaunchedProcess> {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const tail: string[] = [];
  const ready = Promise.withResolvers<void>();
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    if (options.ready?.test(line)) ready.resolve();
    options.onLine?.(line);
  };
  await spawned(child, options.command);
  followOutput(child, options.logFile, keep);
  const launched = handleOf(child);
  if (options.ready) await untilReady(launched, ready.promise, options, tail);
  return launched;
}

async function spawned(child: ChildProcess, command: string): Promise<void> {
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new StackError('DID_NOT_START', `${command} cannot be run.`, cause);
  }
}

function followOutput(child: ChildProcess, logFile: string, onLine: (line: string) => void): void {
  const log = createWriteStream(logFile, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    stream.pipe(log, { end: false });
    createInterface({ input: stream }).on('line', onLine);
  }
  child.once('close', () => log.end());
}

function handleOf(child: ChildProcess): LaunchedProcess {
  const pid = child.pid as number;
  child.once('exit', guardAgainstOrphan(pid));
  const exited = exitOf(child);
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  return {
    pid,
    exited,
    kill,
    async stop(deadlineMs = 20_000) {
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      const exit = await kill('SIGTERM');
      clearTimeout(timer);
      return exit;
    },
  };
}

/** How a child ended, with its last output read. What it started itself may hold its output open and is not waited for. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  await Promise.race([closed, delay(LAST_OUTPUT_MS, undefined, { ref: false })]);
  return { code, signal };
}

async function untilReady(
  process: LaunchedProcess,
  ready: Promise<void>,
  options: LaunchOptions,
  tail: readonly string[],
) {
  const timeoutMs = options.readyTimeoutMs ?? 60_000;
  const timeout = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => timeout.resolve('timeout'), timeoutMs);
  const outcome = await Promise.race([ready.then(() => 'ready' as const), process.exited, timeout.promise]);
  clearTimeout(timer);
  if (outcome === 'ready') return;
  if (outcome === 'timeout') await process.kill('SIGKILL');
  const output = tail.join('\n');
  if (TAKEN.test(output)) throw new StackError('PORT_TAKEN', `${nameOf(options)}: a port is taken.\n${output}`);
  const how =
    outcome === 'timeout'
      ? `was not ready after ${timeoutMs} ms`
      : `ended at once (code ${outcome.code}, signal ${outcome.signal})`;
  throw new StackError('DID_NOT_START', `${nameOf(options)} ${how}:\n${output}`);
}
