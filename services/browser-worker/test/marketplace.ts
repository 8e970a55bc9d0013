import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, launchProcess, projectRoot } from '@lanekeeper/local-stack';
import type { StorageState } from '../src/browser/browser-run.ts';

/** An account of the demo marketplace; `misbehaviour` as in demo/marketplace/misbehaviour.ts. */
export interface TestAccount {
  email: string;
  password: string;
  language?: 'en' | 'es';
  misbehaviour?: object;
}

/** A listing as the site's own database has it. */
export interface JudgedListing {
  listingId: string;
  kind: string;
  title: string;
  price: number;
  fields: Record<string, string>;
  photos: string[];
  reviewed: boolean;
  renewals: number;
}

/** A running demo marketplace, seen from behind. */
export interface Marketplace extends AsyncDisposable {
  readonly url: string;
  /** Creates an account, or changes how the site treats one. */
  setAccount(account: TestAccount): Promise<void>;
  /** A session, as if the account had logged in. */
  session(email: string): Promise<StorageState>;
  /** Ends every session of an account. */
  endSessions(email: string): Promise<void>;
  /** Puts a listing on the site; answers its id. */
  addListing(listing: { account: string; title: string; price: number; ageDays?: number }): Promise<string>;
  /** What the site really holds, newest first. */
  listings(email: string): Promise<JudgedListing[]>;
  /** Browsers that have the site open, and the most there were at once. */
  browsers(): Promise<{ open: number; peak: number; accounts: Record<string, { open: number; peak: number }> }>;
}

/** Starts the demo marketplace as a process of its own, on a free port. `delayMs`: of its pages; default 20. */
export async function startMarketplace({ delayMs = 20 } = {}): Promise<Marketplace> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-marketplace-'));
  const port = await freePort();
  const site = await launchProcess({
    name: 'marketplace',
    command: process.execPath,
    args: [path.join(projectRoot, 'demo/marketplace/main.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      MARKETPLACE_FILE: path.join(dir, 'site.sqlite'),
      MARKETPLACE_DELAY_MS: String(delayMs),
    },
    logFile: path.join(dir, 'site.log'),
    ready: /"msg":"started"/,
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    ...judgeOf(url),
    async [Symbol.asyncDispose]() {
      await site.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function judgeOf(url: string): Omit<Marketplace, 'url' | keyof AsyncDisposable> {
  const call = async (method: string, route: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/judge/${route}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /judge/${route}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const query = (email: string) => `?account=${encodeURIComponent(email)}`;
  return {
    setAccount: async (account) => void (await call('POST', 'accounts', account)),
    session: async (account) => (await call('POST', 'sessions', { account })) as StorageState,
    endSessions: async (email) => void (await call('DELETE', `sessions${query(email)}`)),
    addListing: async (listing) => ((await call('POST', 'listings', listing)) as { listingId: string }).listingId,
    listings: async (email) => (await call('GET', `listings${query(email)}`)) as JudgedListing[],
    browsers: async () => (await call('GET', 'browsers')) as Awaited<ReturnType<Marketplace['browsers']>>,
  };
}
