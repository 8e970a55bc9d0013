import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../chaos/seeded-random.ts';
import type { WorkerSettings } from '../chaos/settings.ts';
import { spawnWorker } from '../chaos/spawn-worker.ts';

/** How a fleet grows and shrinks. Times in milliseconds. */
export type ElasticOptions = {
  settings: WorkerSettings;
  /** Folder for logs. */
  dir: string;
  random: () => number;
  /** Most workers at once; the least is 1. */
  most: number;
  /** Time between changes, on average. */
  changeEveryMs: number;
  report: (line: string) => void;
};

const POLL_MS = 50;

type Member = { process: ChildProcess; ready: boolean; asked: boolean };

/**
 * Worker processes whose number changes at random, as `kubectl scale` would have it: what is too much gets a SIGTERM, at
 * any moment of its life, and nobody waits for it before the next change.
 */
export class ElasticFleet {
  readonly #options: ElasticOptions;
  readonly #members = new Set<Member>();
  #started = 0;
  /** Workers that ended by themselves or in another way than a stop should end: what is wrong with each. */
  readonly faults: string[] = [];
  readonly counts = { started: 0, stopped: 0, stoppedBeforeReady: 0 };

  constructor(options: ElasticOptions) {
    this.#options = options;
  }

  /** Changes the number of workers at random until aborted; then leaves `most` running. */
  async changeUntil(signal: AbortSignal): Promise<void> {
    const { random, most, changeEveryMs } = this.#options;
    this.#scaleTo(most);
    while (!signal.aborted) {
      await sleep(changeEveryMs * (0.5 + random()), undefined, { signal }).catch(() => undefined);
      // On a busy machine processes start slowly; a change that meets no one at work would show nothing.
      while (!signal.aborted && ![...this.#members].some(({ ready, asked }) => ready && !asked)) await sleep(POLL_MS);
      this.#scaleTo(1 + Math.floor(random() * most));
    }
    this.#scaleTo(most);
  }

  /** Stops all workers; resolves when they have ended. */
  async stop(): Promise<void> {
    const ended = [...this.#members].map(({ process }) => once(process, 'exit'));
    this.#scaleTo(0);
    await Promise.all(ended);
  }

  #scaleTo(count: number): void {
    const serving = [...this.#members].filter(({ asked }) => !asked);
    this.#options.report(`scale ${serving.length} -> ${count}`);
    for (let missing = count - serving.length; missing > 0; missing--) this.#start();
    for (let surplus = serving.length - count; surplus > 0; surplus--) {
      const member = pick(
        this.#options.random,
        serving.filter(({ asked }) => !asked),
      );
      member.asked = true;
      member.process.kill('SIGTERM');
    }
  }

  #start(): void {
    const { settings, dir } = this.#options;
    const process = spawnWorker(settings, path.join(dir, `worker-${++this.#started}.log`));
    const member = { process, ready: false, asked: false };
    this.#members.add(member);
    this.counts.started++;
    process.stdout?.on('data', (data) => {
      member.ready ||= String(data).includes('"ready"');
    });
    process.once('exit', (code, signal) => this.#ended(member, code, signal));
  }

  #ended(member: Member, code: number | null, signal: string | null): void {
    this.#members.delete(member);
    // Before it is ready it has taken nothing, and may die of the signal.
    const early = member.asked && !member.ready && signal === 'SIGTERM';
    if (early) this.counts.stoppedBeforeReady++;
    else if (member.asked && code === 0) this.counts.stopped++;
    else this.faults.push(`worker ${member.process.pid} ended with ${code ?? signal}, asked to: ${member.asked}`);
  }
}
