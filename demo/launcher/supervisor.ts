import { setTimeout as delay } from 'node:timers/promises';
import type { Exit, LocalServer } from '@lanekeeper/local-stack';

/** What the supervisor tells. */
export interface SupervisorReports {
  /** A process is ready, this many milliseconds after its start. */
  ready(name: string, tookMs: number, server: LocalServer): void;
  /** A process died and is started again after this many milliseconds. */
  died(name: string, exit: Exit, restartInMs: number): void;
  /** Process ids have changed. */
  changed(): void;
  /** A process died at once again and again; the stack cannot go on. */
  gaveUp(name: string): void;
}

const QUICK_DEATH_MS = 10_000;
const MOST_QUICK_DEATHS = 5;
const FIRST_BACKOFF_MS = 200;

/** Keeps processes running: starts again what dies, stops all in reverse order. */
export class Supervisor {
  readonly #servers: { name: string; server: LocalServer }[] = [];
  readonly #stopping = new AbortController();
  readonly #reports: SupervisorReports;
  #stopped: Promise<void> | undefined;

  constructor(reports: SupervisorReports) {
    this.#reports = reports;
  }

  /** Starts a process and watches over it from then on. Throws what the start throws. */
  async add<S extends LocalServer>(name: string, start: () => Promise<S>): Promise<S> {
    this.#stopping.signal.throwIfAborted();
    const began = performance.now();
    const server = await start();
    this.#reports.ready(name, performance.now() - began, server);
    this.#servers.push({ name, server });
    void this.#watch(name, server);
    this.#reports.changed();
    return server;
  }

  /** Process ids by name. */
  pids(): Record<string, number> {
    return Object.fromEntries(this.#servers.map(({ name, server }) => [name, server.pid]));
  }

  /** Stops all, the last started first, each within its own deadline. Once. */
  stopAll(): Promise<void> {
    this.#stopped ??= this.#stopInOrder();
    return this.#stopped;
  }

  /** Ends all at once, without asking. */
  async killAll(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#servers.map(({ server }) => server.kill('SIGKILL')));
  }

  async #stopInOrder(): Promise<void> {
    this.#stopping.abort();
    for (let next = this.#servers.pop(); next; next = this.#servers.pop()) await next.server.stop();
  }

  async #watch(name: string, server: LocalServer): Promise<void> {
    const { signal } = this.#stopping;
    let quickDeaths = 0;
    for (;;) {
      const began = Date.now();
      const exit = await server.exited;
      if (signal.aborted) return;
      quickDeaths = Date.now() - began < QUICK_DEATH_MS ? quickDeaths + 1 : 1;
      if (!(await this.#revive(name, server, exit, quickDeaths))) return;
    }
  }

  /** Starts a dead process again; answers false when the stack stops or gives up meanwhile. */
  async #revive(name: string, server: LocalServer, exit: Exit, deaths: number): Promise<boolean> {
    const { signal } = this.#stopping;
    for (let quickDeaths = deaths; quickDeaths < MOST_QUICK_DEATHS; quickDeaths++) {
      const backoffMs = FIRST_BACKOFF_MS * 2 ** (quickDeaths - 1);
      this.#reports.died(name, exit, backoffMs);
      await delay(backoffMs);
      if (signal.aborted) return false;
      if (await restarted(server)) {
        // Asked to stop while it was starting: whoever stops all may have passed it by.
        if (signal.aborted) await server.stop();
        this.#reports.changed();
        return !signal.aborted;
      }
    }
    if (!signal.aborted) this.#reports.gaveUp(name);
    return false;
  }
}

// A start that fails is a death like any other: counted, and told by `died` or `gaveUp`.
const restarted = (server: LocalServer): Promise<boolean> =>
  server.restart().then(
    () => true,
    () => false,
  );
