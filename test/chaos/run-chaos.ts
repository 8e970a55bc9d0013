import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lanes, openLanes } from '@lanekeeper/lanes';
import { type NatsServer, startNats } from '@lanekeeper/local-stack';
import { connect } from '@nats-io/transport-node';
import { chaosWorkloads, workloadOf } from './chaos-jobs.ts';
import type { History } from './check-history.ts';
import { type Effect, readEffects, readLatestEffects } from './effects.ts';
import { Load } from './load.ts';
import { leftIn, readEvents, untilDrained, watchTurns } from './observe.ts';
import { Operator } from './operator.ts';
import { pick, seededRandom } from './seeded-random.ts';
import type { ChaosWorkload, WorkerSettings } from './settings.ts';
import { spawnWorker } from './spawn-worker.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** How much chaos. Times in milliseconds. */
export type ChaosOptions = {
  seed: number;
  /** Folder of its own for NATS, effects and logs. */
  dir: string;
  lanes: number;
  commands: number;
  workers: number;
  /** Over how long the commands are submitted. */
  submitMs: number;
  /** Time between faults, on average. */
  faultEveryMs: number;
  /** The faults to draw from. */
  faults: readonly Fault[];
  /** Time between an operator's cancels and pauses, on average; 0: there is none. */
  operatorEveryMs: number;
  ackWaitMs: number;
  fleetLimit: number;
  /** The run is given up when it has not drained after this time. */
  deadlineMs: number;
  report: (line: string) => void;
  /** How long commands take; default mostly short, a few slow. */
  commandMs?: (random: () => number) => number;
  turnSliceMs?: number;
  /** No command fails at first or is to start later. */
  calm?: boolean;
  /** See settings.ts. */
  worker?: Pick<WorkerSettings, 'careless' | 'mutant'>;
};

/** What can be done to the system while it works. */
export type Fault = 'kill-worker' | 'freeze-worker' | 'kill-nats' | 'cut-connection' | 'stop-worker';

/** Effects among which those of the jobs that run are found. */
const MANY_EFFECTS = 80;

/** What happened in a run. `turns`: see `watchTurns`; of a calm run only. */
export type ChaosHistory = History & { faults: Record<string, number>; turns: ReadonlyMap<number, number> };

/** Runs commands through worker processes while faults strike at random, until all has ended; tells what happened. */
export async function runChaos(options: ChaosOptions): Promise<ChaosHistory> {
  const run = await ChaosRun.start(options);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

/** The jobs that run, of those that began lately. */
function unfinished(lately: readonly Effect[]): Effect[] {
  const ended = new Set(lately.filter(({ kind }) => kind !== 'start').map(({ jobId }) => jobId));
  return lately.filter(({ jobId }) => !ended.has(jobId));
}

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #random: () => number;
  readonly #nats: NatsServer;
  readonly #lanes: Lanes;
  readonly #proxy: TcpProxy;
  readonly #effectsFile: string;
  readonly #workloads: readonly ChaosWorkload[];
  readonly #workers: (ChildProcess | undefined)[] = [];
  readonly #load: Load;
  readonly #faults: Record<string, number> = {};
  readonly #serverKills: { at: number; back: number }[] = [];
  #closing = false;
  #submitting = true;

  private constructor(options: ChaosOptions, nats: NatsServer, lanes: Lanes, proxy: TcpProxy) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#nats = nats;
    this.#lanes = lanes;
    this.#proxy = proxy;
    this.#effectsFile = path.join(options.dir, 'effects.jsonl');
    this.#workloads = chaosWorkloads(options.fleetLimit);
    const { commands, submitMs, commandMs, calm = false } = options;
    this.#load = new Load({
      lanes,
      random: this.#random,
      laneCount: options.lanes,
      commands,
      submitMs,
      calm,
      ...(commandMs ? { commandMs } : {}),
    });
    writeFileSync(this.#effectsFile, '');
  }

  static async start(options: ChaosOptions): Promise<ChaosRun> {
    await mkdir(options.dir, { recursive: true });
    const nats = await startNats({ dir: path.join(options.dir, 'nats') });
    const server = `127.0.0.1:${nats.port}`;
    const nc = await connect({ servers: server, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    const lanes = await openLanes({ nc });
    return new ChaosRun(options, nats, lanes, await startTcpProxy(server));
  }

  async play(): Promise<ChaosHistory> {
    const turns = this.#options.calm ? await watchTurns(this.#lanes) : new Map<number, number>();
    for (let index = 0; index < this.#options.workers; index++) this.#spawn(index);
    const faults = this.#strike();
    const operator = this.#operator();
    const operated = new AbortController();
    const operating = this.#options.operatorEveryMs > 0 ? operator.work(operated.signal) : undefined;
    await this.#load.submitAll();
    this.#submitting = false;
    operated.abort();
    await Promise.all([faults, operating]);
    await untilDrained(this.#lanes, this.#options.deadlineMs, this.#options.report);
    return {
      submitted: this.#load.submitted,
      effects: readEffects(this.#effectsFile),
      events: await readEvents(this.#lanes),
      fleetLimit: this.#options.fleetLimit,
      minGapMs: new Map(this.#workloads.map(({ name, limits }) => [name, limits.minGapMs ?? 0])),
      serverKills: this.#serverKills,
      left: await leftIn(this.#lanes),
      cancelled: operator.record.cancelled,
      forced: operator.record.forced,
      faults: { ...this.#faults, ...operator.record.counts },
      turns,
    };
  }

  #operator(): Operator {
    const { operatorEveryMs: everyMs, report, seed } = this.#options;
    const random = seededRandom(seed + 1);
    return new Operator({
      lanes: this.#lanes,
      workloadOf,
      random,
      submitted: this.#load.submitted,
      running: () => unfinished(readLatestEffects(this.#effectsFile, MANY_EFFECTS)),
      everyMs,
      report,
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const worker of this.#workers) {
      worker?.kill('SIGCONT');
      worker?.kill('SIGKILL');
    }
    this.#proxy.close();
    await this.#lanes.nc.close();
    await this.#nats.stop();
  }

  #spawn(index: number): void {
    const direct = `127.0.0.1:${this.#nats.port}`;
    const settings: WorkerSettings = {
      server: index === 0 ? this.#proxy.server : direct,
      prefix: '',
      effectsFile: this.#effectsFile,
      slots: this.#options.fleetLimit,
      workloads: this.#workloads,
      times: {
        ackWaitMs: this.#options.ackWaitMs,
        sweepMs: 1_000,
        turnSliceMs: this.#options.turnSliceMs ?? 150,
        abortGraceMs: 5_000,
      },
      ...this.#options.worker,
    };
    const worker = spawnWorker(settings, path.join(this.#options.dir, `worker-${index}.log`));
    this.#workers[index] = worker;
    worker.once('exit', () => {
      // As a supervisor would: what dies comes back.
      if (!this.#closing && this.#workers[index] === worker) this.#spawn(index);
    });
  }

  async #strike(): Promise<void> {
    while (this.#submitting) {
      await sleep(this.#options.faultEveryMs * (0.5 + this.#random()));
      if (this.#options.faults.length === 0) continue;
      const fault = pick(this.#random, this.#options.faults);
      this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
      await this.#inflict(fault);
    }
  }

  async #inflict(fault: Fault): Promise<void> {
    const { ackWaitMs, report } = this.#options;
    const worker = pick(
      this.#random,
      this.#workers.filter((child) => child?.exitCode === null),
    );
    report(`${fault} ${fault.endsWith('worker') ? worker?.pid : ''}`);
    switch (fault) {
      case 'kill-worker':
        worker?.kill('SIGKILL');
        return;
      case 'stop-worker':
        worker?.kill('SIGTERM');
        return;
      case 'freeze-worker':
        worker?.kill('SIGSTOP');
        await sleep(ackWaitMs * (1.2 + this.#random()));
        worker?.kill('SIGCONT');
        return;
      case 'kill-nats':
        await this.#killServer();
        return;
      case 'cut-connection':
        this.#proxy.cut();
        await sleep(ackWaitMs * this.#random() * 2);
        this.#proxy.heal();
        return;
    }
  }

  async #killServer(): Promise<void> {
    const at = Date.now();
    await this.#nats.kill('SIGKILL');
    await sleep(this.#random() * 500);
    await this.#nats.restart();
    this.#serverKills.push({ at, back: Date.now() });
  }
}
