import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FetchData, type FetchResult, names } from '@lanekeeper/contracts';
import { localTime } from '@lanekeeper/dgi';
import { type Lanes, openLanes } from '@lanekeeper/lanes';
import { type LaunchedProcess, launchProcess } from '@lanekeeper/local-stack';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { runningApi } from '../../../demo/dealer-api/test/running-api.ts';
import { addDealer, createTestDatabase, SECRETS_KEY, type TestDatabase } from './fetch-database.ts';

const DAY_MS = 86_400_000;

/** The dealers' local time so many days ago, as a job's data has it. */
export const at = (daysAgo: number): string => localTime(new Date(Date.now() - daysAgo * DAY_MS), 'Asia/Jakarta');

/** How a job ended, and the notes of its progress. */
export type Ended = { type: string; result?: FetchResult; error?: { code: string; message: string }; notes: string[] };

/** What a {@link TestFleet} talks to. `ackWaitMs`: after so long a silent worker counts as lost. */
export type FleetOptions = { natsUrl: string; mysqlAdminUrl: string; prefix: string; ackWaitMs: number };

/** A dealer API, a database, a stream of its own, and workers as processes. */
export class TestFleet implements AsyncDisposable {
  readonly api: Awaited<ReturnType<typeof runningApi>>;
  readonly database: TestDatabase;
  readonly workers: LaunchedProcess[] = [];
  readonly #options: FleetOptions;
  readonly #dir: string;
  readonly #nc: NatsConnection;
  readonly #lanes: Lanes;

  private constructor(
    options: FleetOptions,
    parts: Pick<TestFleet, 'api' | 'database'>,
    dir: string,
    nc: NatsConnection,
    lanes: Lanes,
  ) {
    this.api = parts.api;
    this.database = parts.database;
    this.#options = options;
    this.#dir = dir;
    this.#nc = nc;
    this.#lanes = lanes;
  }

  /** Starts one, without workers, and registers these dealers. */
  static async start(options: FleetOptions, dealers: readonly string[]): Promise<TestFleet> {
    const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-fetch-worker-'));
    const [database, api] = await Promise.all([createTestDatabase(options.mysqlAdminUrl), runningApi()]);
    for (const dealer of dealers) await addDealer(database, dealer, api.url);
    const nc = await connectNats({ url: options.natsUrl, name: 'test', log: createLogger('test', 'silent') });
    const lanes = await openLanes({ nc, prefix: options.prefix });
    return new TestFleet(options, { api, database }, dir, nc, lanes);
  }

  /** Starts a worker with the memory that it is meant to have; `dieAt` makes it end there, e.g. `written:2`. */
  async launch(dieAt?: string): Promise<LaunchedProcess> {
    const worker = await launchProcess({
      command: process.execPath,
      args: ['--max-old-space-size=256', path.resolve(import.meta.dirname, 'worker-process.ts')],
      env: {
        NATS_URL: this.#options.natsUrl,
        STREAM_PREFIX: this.#options.prefix,
        DATABASE_URL: this.database.url,
        SECRETS_KEY,
        PORT: '0',
        WORKER_ACK_WAIT_MS: String(this.#options.ackWaitMs),
        FETCH_ATTEMPTS: '9',
        DRAIN_TIMEOUT_MS: '500',
        ...(dieAt === undefined ? {} : { DIE_AT: dieAt }),
      },
      logFile: path.join(this.#dir, `worker-${this.workers.length}.log`),
      // One that is to die may do so before it has said that it started.
      ready: /"msg":"health routes"/,
    });
    this.workers.push(worker);
    return worker;
  }

  /** Submits a job; answers its id. */
  async submit(data: FetchData): Promise<string> {
    const { dealerId } = data;
    const { jobs } = await this.#lanes.submit([
      { workload: 'fetch', width: 1, lane: dealerId, tenant: dealerId, data },
    ]);
    return jobs[0]?.jobId as string;
  }

  /** Waits for the end of a job. */
  async ended(dealerId: string, jobId: string): Promise<Ended> {
    const { eventsStream, event } = names(this.#options.prefix);
    const filter = { filter_subjects: event('fetch', dealerId, jobId) };
    const consumer = await jetstream(this.#nc).consumers.get(eventsStream, filter);
    const notes: string[] = [];
    for await (const message of await consumer.consume()) {
      const found = message.json<Omit<Ended, 'notes'> & { note?: string }>();
      if (found.note !== undefined) notes.push(found.note);
      if (['completed', 'failed', 'cancelled', 'uncertain'].includes(found.type)) return { ...found, notes };
    }
    throw new Error('the events ended before the job did');
  }

  /** What the dealer API says that a complete fetch must end with. */
  truth(dealerId: string, module: string, { fromTime = '', toTime = '' }: Partial<FetchData>) {
    const query = new URLSearchParams({ dealerId, module, from: fromTime, to: toTime });
    return this.api.judge('GET', `counts?${query}`) as Promise<{ rows: number; lines: Record<string, number> }>;
  }

  /** Requests that the dealer API has had of the first group. */
  async requests(): Promise<number> {
    return ((await this.api.judge('GET', 'requests')) as Record<string, number>).nusantara ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill('SIGTERM')));
    await this.#nc.close();
    await this.api[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
