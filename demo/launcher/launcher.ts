import path from 'node:path';
import { styleText } from 'node:util';
import type { LauncherConfig } from './config.ts';
import { claimDataDir, type DataDir } from './data-dir.ts';
import { type Addresses, startStack } from './stack.ts';
import { notePids, outwaitOldProcesses, removeStackFile, writeStackFile } from './stack-file.ts';
import { Supervisor } from './supervisor.ts';
import type { Terminal } from './terminal.ts';

// A second Ctrl-C within this time is the same one: the terminal and npm both pass it on.
const SAME_REQUEST_MS = 1_000;
const LAST_LINES = 8;

/** One stack, from its start to its stop. */
export class Launcher {
  readonly #config: LauncherConfig;
  readonly #terminal: Terminal;
  readonly #data: DataDir;
  readonly #supervisor: Supervisor;
  readonly #lastLines = new Map<string, string[]>();
  #addresses: Addresses | undefined;
  #stopBegan: number | undefined;

  constructor(config: LauncherConfig, terminal: Terminal) {
    this.#config = config;
    this.#terminal = terminal;
    this.#data = claimDataDir(config.DATA_DIR);
    process.once('exit', () => this.#data.release());
    this.#supervisor = new Supervisor({
      ready: (name, tookMs, { port }) =>
        terminal.say(`  ${name.padEnd(14)} port ${String(port).padEnd(39)} ${(tookMs / 1000).toFixed(1)} s`),
      died: (name, exit, restartInMs) =>
        terminal.say(`${name} ended (${exit.signal ?? `code ${exit.code}`}); starting it again in ${restartInMs} ms`),
      changed: () => this.#noteProcesses(),
      gaveUp: (name) =>
        void this.fail(new Error(`${name} ends again and again; the stack cannot go on.\n${this.#tail(name)}`)),
    });
  }

  /** The data folder. */
  get dir(): string {
    return this.#data.dir;
  }

  /** Starts everything; resolves to the addresses when all is ready. */
  async start(): Promise<Addresses> {
    if (this.#data.besides) {
      this.#terminal.say(
        `Another stack of this folder runs (process ${this.#data.besides}). This one runs beside it, in ${this.dir}`,
      );
    }
    await outwaitOldProcesses(this.dir);
    const onLine = (name: string, line: string) => this.#keep(name, line);
    this.#addresses = await startStack({ config: this.#config, dir: this.dir, supervisor: this.#supervisor, onLine });
    this.#noteProcesses();
    return this.#addresses;
  }

  /** Ends the stack because of an error, which is shown. An error that a stop in progress caused is none. */
  async fail(error: unknown): Promise<void> {
    if (this.#stopBegan !== undefined) return;
    this.#terminal.say(styleText('red', error instanceof Error ? error.message : String(error)));
    this.#terminal.say(`Logs: ${path.join(this.dir, 'logs')}`);
    await this.stop(1);
  }

  /** Ctrl-C and its like: stops in order; asked again later, at once. */
  askedToStop(): void {
    if (this.#stopBegan === undefined) void this.stop(0);
    else if (Date.now() - this.#stopBegan > SAME_REQUEST_MS)
      void this.#supervisor.killAll().then(() => process.exit(1));
  }

  /** Stops everything, the last started first, and ends this process. */
  async stop(exitCode: number): Promise<void> {
    this.#stopBegan ??= Date.now();
    this.#terminal.say('stopping');
    await this.#supervisor.stopAll();
    removeStackFile(this.dir);
    notePids(this.dir, {});
    process.exit(exitCode);
  }

  #noteProcesses(): void {
    const pids = { launcher: process.pid, ...this.#supervisor.pids() };
    notePids(this.dir, this.#supervisor.pids());
    if (this.#addresses) writeStackFile(this.dir, { ...this.#addresses, pids });
  }

  #keep(name: string, line: string): void {
    const lines = this.#lastLines.get(name) ?? [];
    this.#lastLines.set(name, lines);
    if (lines.push(line) > LAST_LINES) lines.shift();
    this.#terminal.log(name, line);
  }

  #tail(name: string): string {
    return (this.#lastLines.get(name) ?? []).map((line) => `  ${line}`).join('\n');
  }
}
