import { LinkedAbort } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { Agent, type Dispatcher, request } from 'undici';
import { guardedLookup, isPublicAddress, literalAddress, type Resolve } from './address-guard.ts';
import { type AllowedHosts, isAllowedHost } from './allowed-hosts.ts';
import { explainFetchError, refuseStatus } from './explain-fetch-error.ts';
import { readCapped } from './read-capped.ts';

/** Limits of fetching one photo. Times in milliseconds. */
export type FetchLimits = {
  /** Largest photo, in bytes. */
  maxBytes: number;
  maxRedirects: number;
  /** From the start of a request to its headers, connecting included. */
  headersMs: number;
  /** Longest pause between two pieces of the body. */
  idleMs: number;
  /** The whole fetch, redirects included. */
  totalMs: number;
};

/** 25 MB, five redirects, and times that leave most of an attempt for the work itself. */
export const defaultFetchLimits: FetchLimits = {
  maxBytes: 25_000_000,
  maxRedirects: 5,
  headersMs: 10_000,
  idleMs: 10_000,
  totalMs: 25_000,
};

/** Fetches photos and nothing but photos of the public internet, save for the allowed hosts. */
export type PhotoFetcher = {
  /** @throws JobFailure with a `PHOTO_*` code; the signal's reason when it aborts. */
  fetch: (url: string, signal: AbortSignal) => Promise<Buffer>;
  close: () => Promise<void>;
};

/** Makes a {@link PhotoFetcher}; `resolve` replaces the system's name resolution. */
export function createPhotoFetcher(options: {
  allowedHosts: AllowedHosts;
  limits?: Partial<FetchLimits>;
  resolve?: Resolve;
}): PhotoFetcher {
  const limits = { ...defaultFetchLimits, ...options.limits };
  const common = { headersTimeout: limits.headersMs, bodyTimeout: limits.idleMs, maxResponseSize: -1 };
  const guarded = new Agent({
    ...common,
    connect: { lookup: guardedLookup(options.resolve), timeout: limits.headersMs },
  });
  const open = new Agent({ ...common, connect: { timeout: limits.headersMs } });
  const choose = (url: URL) => {
    if (isAllowedHost(url, options.allowedHosts)) return open;
    const literal = literalAddress(url);
    // Sockets do not look up literal addresses, so that these are checked here.
    if (literal !== undefined && !isPublicAddress(literal)) throw jobFailure('PHOTO_ADDRESS_FORBIDDEN');
    return guarded;
  };
  return {
    fetch: (url, signal) => fetchWithin(url, limits, choose, signal),
    close: async () => {
      await Promise.all([guarded.close(), open.close()]);
    },
  };
}

type Choose = (url: URL) => Dispatcher;

async function fetchWithin(url: string, limits: FetchLimits, choose: Choose, signal: AbortSignal): Promise<Buffer> {
  using deadline = new LinkedAbort([signal], limits.totalMs);
  try {
    return await follow(parse(url), limits, choose, deadline.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.timedOut) throw jobFailure('PHOTO_TIMEOUT', undefined, error);
    throw explainFetchError(error);
  }
}

async function follow(start: URL, limits: FetchLimits, choose: Choose, signal: AbortSignal): Promise<Buffer> {
  let url = start;
  for (let hops = 0; hops <= limits.maxRedirects; hops++) {
    const response = await request(url, {
      dispatcher: choose(url),
      signal,
      headers: { accept: 'image/*,*/*;q=0.5', 'accept-encoding': 'identity', 'user-agent': 'lanekeeper' },
    });
    const { statusCode: status, headers, body } = response;
    if (status >= 200 && status < 300) return await readCapped(body, headers['content-length'], limits.maxBytes);
    body.on('error', ignoreUnreadBody).destroy();
    const location = headers.location;
    if (!isRedirect(status) || typeof location !== 'string') throw refuseStatus(status);
    url = parse(location, url);
  }
  throw jobFailure('PHOTO_TOO_MANY_REDIRECTS');
}

function parse(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw jobFailure('PHOTO_URL_INVALID');
  if (url.username !== '' || url.password !== '') {
    throw jobFailure('PHOTO_URL_INVALID', 'The photo URL must not hold a user name or password');
  }
  return url;
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

function ignoreUnreadBody(): void {
  // The body of a redirect or an error page is thrown away unread; that its socket closes early is no fault.
}
