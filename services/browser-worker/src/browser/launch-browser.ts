import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';
import { BrowserError } from './browser-error.ts';
import type { BrowserOptions } from './browser-run.ts';
import { untilGroupEnded } from './process-group.ts';
import { makeScratchDir } from './scratch-dir.ts';
import { within } from './within.ts';

/** A running Chromium that leads a process group of its own. */
export interface RunningBrowser {
  readonly browser: Browser;
  /** Closes it within the time given, in milliseconds, else kills it; resolves when its process is gone. */
  close(withinMs: number): Promise<void>;
}

// Keeps it quiet where there is no network. Playwright's own switches do the rest.
const FLAGS = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const START_MS = 30_000;

// What Chromium may see of this process's environment; keys and passwords of the service are not among it.
const PASSED_ON = /^(PATH|HOME|LANG|LC_.*|TZ|DISPLAY|XAUTHORITY|WAYLAND_DISPLAY|XDG_.*|FONTCONFIG_.*|.*_proxy)$/i;

/** Starts a Chromium. Throws BrowserError `launch_failed`. */
export async function launchBrowser(options: BrowserOptions): Promise<RunningBrowser> {
  const scratch = await makeScratchDir();
  const removeScratch = () => rm(scratch, { recursive: true, force: true });
  const timeout = Math.min(START_MS, options.deadlineMs);
  let browser: Browser | undefined;
  try {
    browser = await launch(options, scratch, timeout);
    const running = browser;
    const pid = await within(timeout, processIdOf(running));
    options.onLaunch?.(pid);
    return { browser, close: (withinMs) => close(running, pid, withinMs).finally(removeScratch) };
  } catch (cause) {
    await browser?.close();
    await removeScratch();
    throw new BrowserError('launch_failed', `Chromium (${options.executablePath}) does not start.`, { cause });
  }
}

const launch = (options: BrowserOptions, scratch: string, timeout: number): Promise<Browser> =>
  chromium.launch({
    executablePath: options.executablePath,
    headless: options.headless ?? true,
    chromiumSandbox: options.sandbox ?? process.getuid?.() !== 0,
    args: [...FLAGS, ...remote(options)],
    env: { ...environment(), TMPDIR: scratch },
    artifactsDir: scratch,
    tracesDir: scratch,
    timeout,
    // The service stops its operations itself when it is told to end.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });

// On loopback only: whoever reaches the port is logged in.
const remote = ({ remoteDebuggingPort: port }: BrowserOptions): string[] =>
  port === undefined ? [] : [`--remote-debugging-port=${port}`, '--remote-debugging-address=127.0.0.1'];

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name, value]) => PASSED_ON.test(name) && value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

// Playwright tells a process id only of a browser behind a socket; Chromium itself tells its own.
async function processIdOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const own = processInfo.find(({ type }) => type === 'browser');
  if (!own) throw new Error('Chromium did not tell its process id');
  return own.id;
}

// Closing can hang for ever (microsoft/playwright issues 41900, 42366), and a stopped or stuck process does not close.
// Once killed, the process ends and Playwright removes its temporary profile, after which closing does resolve.
async function close(browser: Browser, pid: number, withinMs: number): Promise<void> {
  const closed = browser.close();
  await Promise.race([closed, delay(withinMs)]);
  kill(-pid);
  kill(pid);
  await closed;
  await untilGroupEnded(pid, withinMs);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
