import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEvent } from '@lanekeeper/contracts';
import { type Lanes, LanesError, openLanes } from '@lanekeeper/lanes';
import { type NatsServer, startNats } from '@lanekeeper/local-stack';
import { connect } from '@nats-io/transport-node';
import { chaosJob, chaosWorkloads, laneName, workloadOf } from './chaos-jobs.ts';
import type { History } from './check-history.ts';
import { type Effect, readEffects, readLatestEffects } from './effects.ts';
import { Operator } from './operator.ts';
import { pick, seededRandom } from './seeded-random.ts';
import type { ChaosWorkload, WorkerSettings } from './settings.ts';
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
const WORKER = path.join(import.meta.dirname, 'worker-process.ts');

/** Runs commands through worker processes while faults strike at random, until all has ended; tells what happened. */
export async function runChaos(options: ChaosOptions): Promise<History & { faults: Record<string, number> }> {
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
  readonly #submitted = new Map<string, string[]>();
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

  async play(): Promise<History & { faults: Record<string, number> }> {
    for (let index = 0; index < this.#options.workers; index++) this.#spawn(index);
    const faults = this.#strike();
    const operator = this.#operator();
    const operated = new AbortController();
    const operating = this.#options.operatorEveryMs > 0 ? operator.work(operated.signal) : undefined;
    await this.#submitAll();
    this.#submitting = false;
    operated.abort();
    await Promise.all([faults, operating]);
    await this.#drained();
    return {
      submitted: this.#submitted,
      effects: readEffects(this.#effectsFile),
      events: await this.#events(),
      fleetLimit: this.#options.fleetLimit,
      minGapMs: new Map(this.#workloads.map(({ name, limits }) => [name, limits.minGapMs ?? 0])),
      serverKills: this.#serverKills,
      left: await this.#left(),
      cancelled: operator.record.cancelled,
      forced: operator.record.forced,
      faults: { ...this.#faults, ...operator.record.counts },
    };
  }

  #operator(): Operator {
    const { operatorEveryMs: everyMs, report, seed } = this.#options;
    const random = seededRandom(seed + 1);
    return new Operator({
      lanes: this.#lanes,
      workloadOf,
      random,
      submitted: this.#submitted,
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
    const worker = spawn(process.execPath, [WORKER, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(path.join(this.#options.dir, `worker-${index}.log`), { flags: 'a' });
    worker.stdout?.pipe(log, { end: false });
    worker.stderr?.pipe(log, { end: false });
    this.#workers[index] = worker;
    worker.once('exit', () => {
      log.end();
      // As a supervisor would: what dies comes back.
      if (!this.#closing && this.#workers[index] === worker) this.#spawn(index);
    });
  }

  async #submitAll(): Promise<void> {
    const { commands, lanes, submitMs } = this.#options;
    const startedAt = Date.now();
    const next = new Array<number>(lanes).fill(0);
    for (let sent = 0; sent < commands; ) {
      const bulk = this.#random() < 0.5 ? 1 : Math.min(commands - sent, 1 + Math.floor(this.#random() * 60));
      const jobs = Array.from({ length: bulk }, () => {
        const lane = Math.floor(this.#random() * lanes);
        const n = next[lane] ?? 0;
        next[lane] = n + 1;
        const ms = (this.#options.commandMs ?? mostlyShort)(this.#random);
        return chaosJob(this.#random, laneName(lane), n, ms, this.#options.calm === true);
      });
      await this.#submitUntilAccepted(jobs, `submit-${sent}`);
      sent += bulk;
      await sleep(Math.max(0, startedAt + (sent / commands) * submitMs - Date.now()));
    }
  }

  /** Repeats an unconfirmed submit under its key, as a client would. */
  async #submitUntilAccepted(jobs: Parameters<Lanes['submit']>[0], key: string): Promise<void> {
    for (;;) {
      try {
        const { jobs: accepted } = await this.#lanes.submit(jobs, {
          idempotency: { scope: 'chaos', key, fingerprint: key },
        });
        for (const { lane, jobId } of accepted) {
          this.#submitted.set(lane, [...(this.#submitted.get(lane) ?? []), jobId]);
        }
        return;
      } catch (error) {
        if (!(error instanceof LanesError) || !error.retryable) throw error;
        await sleep(100);
      }
    }
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

  async #drained(): Promise<void> {
    const until = Date.now() + this.#options.deadlineMs;
    for (let quiet = 0; quiet < 3 && Date.now() < until; ) {
      await sleep(500);
      const { commands, turns } = await this.#left();
      quiet = commands + turns === 0 ? quiet + 1 : 0;
      if (quiet === 0) this.#options.report(`left: ${commands} commands, ${turns} turns`);
    }
  }

  async #left(): Promise<{ commands: number; turns: number }> {
    const { jsm, names } = this.#lanes;
    const [commands, turns] = [await jsm.streams.info(names.commandsStream), await jsm.streams.info(names.turnsStream)];
    return { commands: commands.state.messages, turns: turns.state.messages };
  }

  async #events(): Promise<JobEvent[]> {
    const { jsm, names } = this.#lanes;
    const { state } = await jsm.streams.info(names.eventsStream);
    const events: JobEvent[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; ) {
      const batch = await jsm.direct.getBatch(names.eventsStream, { seq, batch: 500 });
      for await (const message of batch) {
        events.push(message.json<JobEvent>());
        seq = message.seq + 1;
      }
    }
    return events;
  }
}

/** Most commands are short, a few are slow. */
function mostlyShort(random: () => number): number {
  return random() < 0.02 ? 400 + Math.floor(random() * 400) : Math.floor(random() * 12);
}
