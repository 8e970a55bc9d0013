import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type HttpHost, startHost } from '@lanekeeper/local-stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath, livingProcesses } from '../../test/chromium.ts';
import { textsIn } from '../../test/texts-in.ts';
import { BrowserError } from './browser-error.ts';
import type { BrowserOptions, BrowserRun } from './browser-run.ts';
import { runInBrowser } from './run-in-browser.ts';

const SESSION = 'the-value-of-the-session-cookie';
const PASSWORD = 'correct horse & battery';
const STORED = 'a-token-in-local-storage';

let executablePath: string;
let dir: string;
let host: HttpHost;
let url: string;

beforeAll(async () => {
  executablePath = await chromiumPath();
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-run-'));
  host = await startHost((request, response) => {
    response.setHeader('set-cookie', `session=${SESSION}; HttpOnly`);
    response.setHeader('content-type', 'text/html');
    response.end(`<title>Log in</title><input aria-label="Password" value="${PASSWORD.replace('&', '&amp;')}">
      <p>${request.url}</p><script>localStorage.token = '${STORED}'; console.error('token', '${STORED}')</script>`);
  });
  url = host.url;
});
afterAll(async () => {
  await host.close();
  await rm(dir, { recursive: true, force: true });
});

const options = (more: Partial<BrowserOptions> = {}): BrowserOptions => ({
  executablePath,
  deadlineMs: 60_000,
  ...more,
});

/** Runs, and answers the outcome with the browser's process id. */
async function run<T>(more: Partial<BrowserOptions>, use: (run: BrowserRun, pid: number) => Promise<T>) {
  let pid = 0;
  const onLaunch = (id: number) => {
    pid = id;
  };
  const outcome = await runInBrowser(options({ ...more, onLaunch }), (browserRun) => use(browserRun, pid));
  return { outcome, pid };
}

const open = async ({ page }: BrowserRun) => {
  await page.goto(`${url}/?secret=${SESSION}`);
  return page.title();
};

test('gives the result and the session, and leaves no process and no file behind', async () => {
  const { outcome, pid } = await run({ evidenceDir: path.join(dir, 'none') }, open);
  expect(outcome).toMatchObject({
    ok: true,
    result: 'Log in',
    storageState: { cookies: [{ name: 'session', value: SESSION }], origins: [{ localStorage: [{ value: STORED }] }] },
  });
  expect(await livingProcesses(pid)).toEqual([]);
  expect(await readdir(dir)).not.toContain('none');
  expect((await readdir(tmpdir())).filter((name) => name.startsWith(`lanekeeper-browser-${process.pid}-`))).toEqual([]);
});

test('begins with the session that it is given', async () => {
  const first = await runInBrowser(options(), open);
  if (!first.ok) throw first.error;
  const second = await runInBrowser(options({ storageState: first.storageState }), async ({ page }) => {
    const sent = page.waitForRequest((request) => request.isNavigationRequest());
    await page.goto(url);
    return (await sent).allHeaders();
  });
  expect(second).toMatchObject({ ok: true, result: { cookie: `session=${SESSION}` } });
});

test("passes the operation's own error on, with evidence in which no secret is left", async () => {
  const evidenceDir = path.join(dir, 'failure');
  const own = new Error('the operation failed');
  const { outcome, pid } = await run({ evidenceDir, secrets: [PASSWORD] }, async (browserRun) => {
    await open(browserRun);
    await browserRun.page.getByLabel('Password').fill(PASSWORD);
    throw own;
  });
  expect(outcome).toMatchObject({ ok: false, evidence: { dir: evidenceDir, missing: [] } });
  expect(!outcome.ok && outcome.error).toBe(own);
  expect(await livingProcesses(pid)).toEqual([]);
  const texts = await textsIn(evidenceDir);
  expect(Object.keys(texts)).toEqual(
    expect.arrayContaining(['console.json', 'page.html', 'screenshot.png', 'trace.trace', 'trace.network']),
  );
  expect(texts['console.json']).toContain('token');
  expect(texts['page.html']).toContain('aria-label="Password"');
  expect(texts['trace.trace']).toContain('goto');
  for (const [name, text] of Object.entries(texts)) {
    for (const secret of [SESSION, STORED, PASSWORD, encodeURIComponent(PASSWORD), 'battery']) {
      expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  }
});

test.skipIf(!existsSync('/dev/full'))(
  'notes evidence that a full disk does not take, and keeps the error',
  async () => {
    const evidenceDir = path.join(dir, 'full');
    await mkdir(evidenceDir);
    for (const file of ['page.html', 'trace.zip']) await symlink('/dev/full', path.join(evidenceDir, file));
    const own = new Error('the operation failed');
    const outcome = await runInBrowser(options({ evidenceDir }), () => Promise.reject(own));
    expect(!outcome.ok && outcome.error).toBe(own);
    const reason = expect.stringMatching(/^ENOSPC/) as string;
    expect(outcome).toMatchObject({
      evidence: {
        files: ['console.json', 'screenshot.png'],
        missing: expect.arrayContaining([
          { file: 'page.html', reason },
          { file: 'trace.zip', reason },
        ]) as unknown,
      },
    });
    expect((await readdir(evidenceDir)).sort()).toEqual(['console.json', 'screenshot.png']);
  },
);

test('notes evidence whose folder cannot be made', async () => {
  const file = path.join(dir, 'a-file');
  await writeFile(file, '');
  const own = new Error('the operation failed');
  const outcome = await runInBrowser(options({ evidenceDir: path.join(file, 'below') }), () => Promise.reject(own));
  expect(!outcome.ok && outcome.error).toBe(own);
  expect(!outcome.ok && outcome.evidence).toMatchObject({ files: [], missing: { length: 4 } });
});

test.for([
  ['its process is killed', async (_run: BrowserRun, pid: number) => process.kill(-pid, 'SIGKILL')],
  ['its page crashes', async ({ page }: BrowserRun) => page.goto('chrome://crash').catch(() => undefined)],
] as const)('tells a crash when %s', async ([, crash]) => {
  const { outcome, pid } = await run({}, async (browserRun, id) => {
    await open(browserRun);
    await crash(browserRun, id);
    await browserRun.page.waitForEvent('close', { timeout: 60_000 });
  });
  expect(outcome).toMatchObject({ ok: false, error: { name: 'BrowserError', code: 'crashed' } });
  expect(await livingProcesses(pid)).toEqual([]);
});

test('ends an operation at its deadline', async () => {
  const never = Promise.withResolvers<never>();
  // A slow machine is still loading the page when the deadline comes: nobody waits for this promise then.
  never.promise.catch(() => undefined);
  const { outcome, pid } = await run({ deadlineMs: 2_000 }, async ({ page, signal }) => {
    signal.addEventListener('abort', () => never.reject(new Error('I was ended')));
    await page.goto(url);
    return never.promise;
  });
  expect(outcome).toMatchObject({ ok: false, error: { name: 'BrowserError', code: 'deadline' } });
  if (pid) expect(await livingProcesses(pid)).toEqual([]);
});

test("ends with the signal's reason when it is aborted, and a browser that hangs cannot hold it up", async () => {
  const stop = new AbortController();
  const reason = new Error('the job was cancelled');
  const more = { signal: stop.signal, closeMs: 300, evidenceDir: path.join(dir, 'none') };
  const { outcome, pid } = await run(more, async (browserRun, id) => {
    await open(browserRun);
    process.kill(-id, 'SIGSTOP');
    const title = browserRun.page.title();
    stop.abort(reason);
    return title;
  });
  expect(!outcome.ok && outcome.error).toBe(reason);
  expect(outcome).not.toHaveProperty('evidence');
  expect(await livingProcesses(pid)).toEqual([]);
});

test('starts nothing when it is aborted before', async () => {
  const reason = new Error('too late');
  const { outcome, pid } = await run({ signal: AbortSignal.abort(reason) }, open);
  expect(!outcome.ok && outcome.error).toBe(reason);
  expect(pid).toBe(0);
});

test('says so when Chromium does not start', async () => {
  const outcome = await runInBrowser(options({ executablePath: '/no/such/chromium' }), open);
  expect(!outcome.ok && outcome.error).toBeInstanceOf(BrowserError);
  expect(outcome).toMatchObject({ error: { code: 'launch_failed' } });
});
