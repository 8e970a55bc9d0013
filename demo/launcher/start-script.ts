import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type LaunchedProcess,
  type LocalServer,
  launchProcess,
  projectRoot,
  startServer,
} from '@lanekeeper/local-stack';

/** A service of this project, or a server of the demo, run as `node <entry>`. */
export interface Script {
  name: string;
  /** Path of the script from the project's folder. */
  entry: string;
  /** Preferred port. */
  port: number;
  /** Path that answers 200 when it is ready to work. */
  readyPath: string;
  /** Environment beyond HOST and PORT; gets the script's own address. */
  env?: (url: string) => Record<string, string>;
  logFile: string;
  onLine: (line: string) => void;
}

const HOST = '127.0.0.1';
// The image worker is ready once each rembg server has loaded its model, which takes long on a busy machine.
const READY_WITHIN_MS = 180_000;
const PORT_TAKEN = /EADDRINUSE/;

/** Starts a script and resolves when it is ready. Throws what it says when it does not get ready. */
export async function startScript(script: Script): Promise<LocalServer & { url: string }> {
  const [server, [port]] = await startServer([script.port], async ([bound]) => {
    const url = `http://${HOST}:${bound}`;
    const running = await launchProcess({
      name: script.name,
      command: process.execPath,
      args: [path.join(projectRoot, script.entry)],
      cwd: projectRoot,
      env: { HOST, PORT: String(bound), ...script.env?.(url) },
      logFile: script.logFile,
      // The frame of every service logs this once it listens; asking its port before could reach another's server.
      ready: /"msg":"started"/,
      // A taken port gives way to another; that is no fault to show.
      onLine: (line) => PORT_TAKEN.test(line) || script.onLine(line),
    });
    await untilReady(script, `${url}${script.readyPath}`, running);
    return running;
  });
  return Object.assign(server, { url: `http://${HOST}:${port}` });
}

async function untilReady(script: Script, url: string, running: LaunchedProcess): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  for (;;) {
    const answer = await ask(url);
    if (answer === 'ready') return;
    if (ended) throw new Error(`${script.name} ended before it was ready; see ${script.logFile}`);
    if (Date.now() > until) {
      await running.kill('SIGKILL');
      throw new Error(
        `${script.name} is not ready after ${READY_WITHIN_MS / 1000} s: ${answer}; see ${script.logFile}`,
      );
    }
    await delay(50);
  }
}

async function ask(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    return answer.ok ? 'ready' : text;
  } catch (error) {
    return String(error);
  }
}
