import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Accounts, type AccountsDatabase, accountsMigrations } from '@lanekeeper/accounts';
import type { BrowserData, JobEvent, JobEventOf, ListingData } from '@lanekeeper/contracts';
import { type Lanes, openLanes } from '@lanekeeper/lanes';
import { freshDatabase, type HttpHost, type LaunchedProcess, launchProcess, startHost } from '@lanekeeper/local-stack';
import { connectDatabase, connectNats, createLogger, migrate, SecretBox } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import { expect, inject, vi } from 'vitest';
import { chromiumPath } from './chromium.ts';
import { type Marketplace, startMarketplace } from './marketplace.ts';

/** A photo of one pixel. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const SECRETS_KEY = `test:${randomBytes(32).toString('base64')}`;
/** However loaded the machine is. */
const PATIENCE = { timeout: 150_000, interval: 50 };

/** What the worker needs, with the worker as processes of its own; the test submits, and looks at the site. */
export class Testbed implements AsyncDisposable {
  readonly #releases = new AsyncDisposableStack();
  readonly #env: Record<string, string>;
  readonly dir: string;
  readonly lanes: Lanes;
  readonly accounts: Accounts;
  readonly box = new SecretBox(SECRETS_KEY);
  readonly photos: HttpHost;
  site: Marketplace | undefined;

  private constructor(opened: {
    dir: string;
    lanes: Lanes;
    accounts: Accounts;
    photos: HttpHost;
    env: Record<string, string>;
    releases: AsyncDisposableStack;
  }) {
    this.dir = opened.dir;
    this.lanes = opened.lanes;
    this.accounts = opened.accounts;
    this.photos = opened.photos;
    this.#env = opened.env;
    this.#releases.use(opened.releases);
  }

  /** Opens everything but the site and the worker. */
  static async open(env: Record<string, string> = {}): Promise<Testbed> {
    const releases = new AsyncDisposableStack();
    const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-browser-test-'));
    releases.defer(() => rm(dir, { recursive: true, force: true }));
    const log = createLogger('test', 'silent');
    const database = releases.use(await freshDatabase(inject('mysqlAdminUrl')));
    const db = connectDatabase<AccountsDatabase>({ url: database.url, poolSize: 2 });
    releases.defer(() => db.destroy());
    await migrate(db as unknown as Kysely<never>, 'accounts', accountsMigrations, log);
    const photos = releases.use(await startHost((_request, response) => response.end(PHOTO)));
    const nc = await connectNats({ url: inject('natsUrl'), name: 'browser test', log });
    releases.defer(() => nc.close());
    const prefix = `brw${randomBytes(4).toString('hex')}-`;
    const lanes = await openLanes({ nc, prefix });
    const workerEnv = {
      NATS_URL: inject('natsUrl'),
      STREAM_PREFIX: prefix,
      DATABASE_URL: database.url,
      SECRETS_KEY,
      PHOTO_ALLOWED_HOSTS: photos.host,
      CHROMIUM_PATH: await chromiumPath(),
      EVIDENCE_DIR: path.join(dir, 'evidence'),
      PORT: '0',
      BROWSER_MIN_GAP_MS: '0',
      BROWSER_BACKOFF_MS: '500',
      WORKER_ACK_WAIT_MS: '2000',
      DRAIN_TIMEOUT_MS: '1000',
      ...env,
    };
    return new Testbed({ dir, lanes, accounts: new Accounts(db), photos, env: workerEnv, releases });
  }

  /** Starts the site. */
  async startSite(): Promise<Marketplace> {
    this.site = this.#releases.use(await startMarketplace({ delayMs: 0 }));
    this.#env.GENERIC_SITE_URL = this.site.url;
    return this.site;
  }

  /** Starts a worker; it is stopped with the testbed, or earlier. */
  async startWorker(env: Record<string, string> = {}): Promise<LaunchedProcess> {
    const worker = await launchProcess({
      name: 'browser-worker',
      command: process.execPath,
      args: [path.join(import.meta.dirname, 'worker-process.ts')],
      env: { ...this.#env, ...env },
      logFile: path.join(this.dir, 'worker.log'),
      ready: /"msg":"started"/,
    });
    this.#releases.defer(async () => void (await worker.stop()));
    return worker;
  }

  /** An account of the site, logged in; answers its id. */
  async account(email: string, misbehaviour: object = {}): Promise<string> {
    const { id } = await this.accounts.add({ email, site: 'generic', language: 'en-US' });
    if (!this.site) return id;
    await this.site.setAccount({ email, password: 'pass-word-1', misbehaviour });
    await this.logIn(id, email);
    return id;
  }

  /** Stores a new session of an account, as a person who logs in does. */
  async logIn(id: string, email: string): Promise<void> {
    const session = await this.site?.session(email);
    await this.accounts.setSession(id, JSON.stringify(session), this.box);
  }

  /** Submits operations; answers their job ids. */
  async submit(...operations: BrowserData[]): Promise<string[]> {
    const jobs = operations.map((data) => ({
      workload: 'browser',
      width: 1,
      lane: data.accountId,
      tenant: data.accountId,
      data,
    }));
    return (await this.lanes.submit(jobs)).jobs.map(({ jobId }) => jobId);
  }

  /** A post of an item. */
  post(accountId: string, title: string, changes: Partial<ListingData> = {}): BrowserData {
    const listing = {
      title,
      description: `All about ${title}`,
      price: 25,
      category: 'Tools',
      condition: 'New',
      location: 'Austin, Texas',
      images: [`${this.photos.url}/1.png`],
      ...changes,
    };
    return { operation: 'post', accountId, listing };
  }

  /** Waits for a job's event of one of these types. */
  async until<T extends JobEvent['type']>(lane: string, jobId: string, ...types: T[]): Promise<JobEventOf<T>> {
    return await vi.waitFor(async () => {
      const last = await this.lanes.events.last('browser', lane, jobId);
      expect(types, JSON.stringify(last?.event)).toContain(last?.event.type);
      return last?.event as JobEventOf<T>;
    }, PATIENCE);
  }

  /** Waits until a lane is paused; answers why. */
  async untilPaused(lane: string): Promise<string> {
    return await vi.waitFor(async () => {
      const { paused } = await this.lanes.showLane({ workload: 'browser', lane });
      expect(paused).toBeDefined();
      return paused?.reason ?? '';
    }, PATIENCE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#releases.disposeAsync();
  }
}
