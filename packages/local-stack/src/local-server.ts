import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { freePort } from './free-port.ts';
import type { Exit, LaunchedProcess } from './launch-process.ts';

/** A real server on this machine: its ports and data stay the same through `kill` and `restart`. */
export interface LocalServer {
  /** Process id of the current run. */
  readonly pid: number;
  readonly port: number;
  /** Resolves when the current run has ended. */
  readonly exited: Promise<Exit>;
  /** Sends a signal (default SIGKILL) and resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Ends the server if it still runs and starts it again on the same ports and data. */
  restart(): Promise<void>;
  /** Ends the server in an orderly way, by force after a deadline. Does nothing when it has ended. */
  stop(): Promise<void>;
}

/** Starts a server on the given ports; throws `PORT_TAKEN` when it cannot bind one. */
export type LaunchOn = (ports: readonly number[]) => Promise<LaunchedProcess>;

const ATTEMPTS = 6;
const REBIND_PAUSE_MS = 250;

/**
 * Starts a server on its preferred ports, or on free ones where those are taken (0 prefers none). Two stacks that start at
 * once can pick the same port; the one that fails to bind tries others. Throws `NO_FREE_PORT` after six attempts.
 */
export async function startServer(
  preferred: readonly number[],
  launchOn: LaunchOn,
): Promise<[LocalServer, readonly number[]]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ports = await Promise.all(preferred.map((port) => freePort(attempt === 0 ? port : 0)));
    const running = await unlessTaken(launchOn(ports));
    if (running) return [serverOn(ports, running, launchOn), ports];
  }
  throw new StackError('NO_FREE_PORT', `No free port after ${ATTEMPTS} attempts.`);
}

function serverOn(ports: readonly number[], first: LaunchedProcess, launchOn: LaunchOn): LocalServer {
  let running = first;
  return {
    get pid() {
      return running.pid;
    },
    get exited() {
      return running.exited;
    },
    port: ports[0] as number,
    kill: (signal = 'SIGKILL') => running.kill(signal),
    async restart() {
      await running.stop();
      running = await relaunch(ports, launchOn);
    },
    async stop() {
      await running.stop();
    },
  };
}

// Clients hold the address, so the ports must stay; connections of the old run can keep them busy for a moment.
async function relaunch(ports: readonly number[], launchOn: LaunchOn): Promise<LaunchedProcess> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const running = await unlessTaken(launchOn(ports));
    if (running) return running;
    await delay(REBIND_PAUSE_MS);
  }
  return launchOn(ports);
}

async function unlessTaken(launch: Promise<LaunchedProcess>): Promise<LaunchedProcess | undefined> {
  try {
    return await launch;
  } catch (error) {
    if (error instanceof StackError && error.code === 'PORT_TAKEN') return undefined;
    throw error;
  }
}
