import type { Dispatcher } from 'undici';
import type { DgiModule } from '../modules/module-table.ts';
import type { RawRows } from '../rows/read-rows.ts';

/** Whether a server or credential belongs to the real trade or to a test system. */
export type DgiEnvironment = 'live' | 'sandbox';

/** A main dealer's server: settings per dealer group. */
export type DgiEndpoint = {
  /** Up to and including the version, without a slash at the end: `https://example.com/dgi-api/v1.3`. */
  readonly baseUrl: string;
  readonly environment: DgiEnvironment;
  /** Between key, secret and time in the token; empty by default, a colon for some main dealers. */
  readonly tokenSeparator?: string;
  /** IANA zone of the server's local time. Indonesia: Asia/Jakarta, Asia/Makassar, Asia/Jayapura. */
  readonly timeZone: string;
  /** Name under which the sales order filter of `prsl` is sent: `noPO` (default, the document) or `noSO` (some servers). */
  readonly prslFilter?: 'noPO' | 'noSO';
};

/** Key and secret of a dealer group. Never log one. */
export type DgiCredential = {
  readonly apiKey: string;
  readonly secretKey: string;
  readonly environment: DgiEnvironment;
};

/** One request: one module, one window. */
export type WindowRequest = {
  readonly endpoint: DgiEndpoint;
  readonly credential: DgiCredential;
  readonly module: DgiModule;
  /** The one dealer asked for; absent: all of the group. */
  readonly dealerId?: string;
  /** `YYYY-MM-DD HH:MM:SS`, local time of the endpoint's zone; see splitWindows. */
  readonly from: string;
  readonly to: string;
  /** Further filters by the module's own names. */
  readonly filters?: Readonly<Record<string, string>>;
};

/** What one window came to. */
export type WindowAnswer = {
  /** For readRows. Each is parsed when it is reached, so that a huge answer never stands in memory as objects. */
  readonly rows: RawRows;
  /** From the first byte sent to the last one received, of the attempt that succeeded. */
  readonly requestMs: number;
  /** Size of the answer's body, uncompressed. */
  readonly bytes: number;
  /** The answer's body as received, with personal data: keep it only encrypted. Shares memory with `rows`. */
  readonly rawBody: Buffer;
  /** Requests sent for it: 2 when the server refused the first one for its clock. */
  readonly requests: number;
  /** Server clock minus local clock, ms, by the answer's `Date`; null when it sent none. */
  readonly skewMs: number | null;
};

/** What the hook before each request is told. */
export type BeforeRequest = {
  readonly endpoint: DgiEndpoint;
  readonly apiKey: string;
  readonly module: DgiModule;
  /** 1, or 2 for the repeat after a refusal for the clock. */
  readonly attempt: number;
};

/** Settings of a client. */
export type DgiClientOptions = {
  /**
   * Called before each request, repeats included: count it against the credential's quota, wait for the pace, or throw
   * a DgiError `DGI_QUOTA` to refuse. See planRequest.
   */
  readonly beforeRequest?: (request: BeforeRequest, signal: AbortSignal) => Promise<void>;
  /** Largest body in bytes; default 128 MiB, which keeps a worker below 512 MB. */
  readonly maxBytes?: number;
  /** Time for one request from connecting to the last byte, ms; default 120,000. */
  readonly deadlineMs?: number;
  /** Connections; default an undici Agent that `close` ends. */
  readonly dispatcher?: Dispatcher;
  /** The local clock, Unix ms; default Date.now. */
  readonly now?: () => number;
};

/** Reads windows from main dealers' servers. */
export type DgiClient = {
  /**
   * Asks for one window; signs each request afresh.
   * @throws DgiError; the signal's reason when aborted.
   */
  fetchWindow(request: WindowRequest, signal: AbortSignal): Promise<WindowAnswer>;
  /** Ends its connections. */
  close(): Promise<void>;
};
