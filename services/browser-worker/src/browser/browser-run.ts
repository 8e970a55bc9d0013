import type { BrowserContext, Page } from 'playwright-core';

/** A login: cookies and local storage, as Playwright writes and reads them. A secret. */
export type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

/** One operation's browser. */
export interface BrowserOptions {
  /** The Chromium program. */
  executablePath: string;
  /** Default true. False for a person to log in. */
  headless?: boolean;
  /** Chromium's own sandbox; default: on, unless this process is root, where Chromium cannot use it. */
  sandbox?: boolean;
  /** A port on loopback through which a person can see and use the browser; only for logging in. */
  remoteDebuggingPort?: number;
  /** The session to begin with. */
  storageState?: StorageState;
  /** Language that the browser asks sites for; default `en-US`. */
  locale?: string;
  /** How long the operation may take, browser start included, in milliseconds. */
  deadlineMs: number;
  /** How long the browser may take to close before its process group is killed, in milliseconds; default 3,000. */
  closeMs?: number;
  /** Ends the operation early. */
  signal?: AbortSignal;
  /** Where evidence of a failure goes; created only then. Without it none is kept and nothing is traced. */
  evidenceDir?: string;
  /** Texts that must not appear in evidence, such as a password; the session's own values are masked anyway. */
  secrets?: readonly string[];
  /** Told the id of the browser's process, which leads its process group, once it runs. For tests and measurements. */
  onLaunch?(pid: number): void;
}

/** What an operation gets. */
export interface BrowserRun {
  page: Page;
  /** Aborted when the operation must stop: deadline, crash, or the caller's own signal. */
  signal: AbortSignal;
}

/** How long the parts took, in milliseconds, rounded. */
export interface BrowserTimings {
  /** Browser start until a page could be used. */
  start: number;
  /** The operation itself. */
  use: number;
  /** Collecting evidence, on failure. */
  evidence: number;
  /** Closing, until no process is left. */
  close: number;
}

/** What was kept of a failure. */
export interface Evidence {
  dir: string;
  /** Names of the files in `dir`: out of `screenshot.png`, `page.html`, `trace.zip`, `console.json`. */
  files: string[];
  /** What could not be kept, and why (crashed page, full disk). */
  missing: { file: string; reason: string }[];
}

/** How an operation in a browser ended; its own error is passed on untouched. */
export type BrowserOutcome<T> =
  | { ok: true; result: T; storageState: StorageState; timings: BrowserTimings }
  | { ok: false; error: unknown; evidence?: Evidence; timings: BrowserTimings };
