import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type HttpHost, routes, startHost } from '@lanekeeper/local-stack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resolve } from './address-guard.ts';
import { parseAllowedHosts } from './allowed-hosts.ts';
import { createPhotoFetcher, type FetchLimits } from './fetch-photo.ts';

const MB = 1_000_000;
const photo = Buffer.from('the bytes of a photo');
const redirect = (location: string) => (response: ServerResponse) => response.writeHead(302, { location }).end();
const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end('no');

function pour(response: ServerResponse, bytes: number) {
  Readable.from(Array.from({ length: bytes / MB }, () => Buffer.alloc(MB))).pipe(response);
}

let host: HttpHost;
let secret: HttpHost;
let cookies: unknown[] = [];

beforeAll(async () => {
  secret = await startHost((_request, response) => response.end('secret'));
  host = await startHost(
    routes({
      '/photo': (response, request) => {
        cookies.push(request.headers.cookie, request.headers.authorization);
        response.setHeader('set-cookie', 'a=b').end(photo);
      },
      '/once': redirect('/photo'),
      '/five': redirect('/four'),
      '/four': redirect('/three'),
      '/three': redirect('/two'),
      '/two': redirect('/once'),
      '/six': redirect('/five'),
      '/round': redirect('/round'),
      '/to-secret': redirect(`${secret.url}/`),
      '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
      '/to-file': redirect('file:///etc/passwd'),
      '/to-login': redirect('http://user:password@example.com/'),
      '/nowhere': status(302),
      '/gone': status(410),
      '/private': status(403),
      '/busy': status(429),
      '/broken': status(503),
      '/empty': (response) => response.end(),
      '/announced': (response) => response.writeHead(200, { 'content-length': 30 * MB }).write('x'),
      '/endless': (response) => pour(response, 30 * MB),
      '/silent': () => undefined,
      '/stalled': (response) => response.writeHead(200).write('first bytes'),
      '/cut': (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => response.destroy());
      },
    }),
  );
});
afterAll(async () => {
  await Promise.all([host.close(), secret.close()]);
});

async function fetchPhoto(
  url: string,
  options: { limits?: Partial<FetchLimits>; resolve?: Resolve; signal?: AbortSignal } = {},
) {
  const { signal, ...rest } = options;
  const fetcher = createPhotoFetcher({ allowedHosts: parseAllowedHosts(host.host), ...rest });
  try {
    return await fetcher.fetch(url, signal ?? new AbortController().signal);
  } finally {
    await fetcher.close();
  }
}

const code = (expected: string) => expect.objectContaining({ name: 'JobFailure', code: expected });

describe('fetching a photo', () => {
  test('returns its bytes, over up to five redirects, and carries no cookies along', async () => {
    cookies = [];
    expect(await fetchPhoto(`${host.url}/photo`)).toEqual(photo);
    expect(await fetchPhoto(`${host.url}/five`)).toEqual(photo);
    expect(cookies).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each([
    ['six redirects', '/six', 'PHOTO_TOO_MANY_REDIRECTS'],
    ['a redirect to itself', '/round', 'PHOTO_TOO_MANY_REDIRECTS'],
    ['a redirect to a private address', '/to-secret', 'PHOTO_ADDRESS_FORBIDDEN'],
    ['a redirect to a cloud metadata address', '/to-metadata', 'PHOTO_ADDRESS_FORBIDDEN'],
    ['a redirect to a file', '/to-file', 'PHOTO_URL_INVALID'],
    ['a redirect with a password', '/to-login', 'PHOTO_URL_INVALID'],
    ['a redirect to nowhere', '/nowhere', 'PHOTO_REFUSED'],
    ['404', '/missing', 'PHOTO_NOT_FOUND'],
    ['410', '/gone', 'PHOTO_NOT_FOUND'],
    ['403', '/private', 'PHOTO_REFUSED'],
    ['429', '/busy', 'PHOTO_HOST_ERROR'],
    ['503', '/broken', 'PHOTO_HOST_ERROR'],
    ['an empty body', '/empty', 'PHOTO_EMPTY'],
    ['30 MB, announced', '/announced', 'PHOTO_TOO_LARGE'],
    ['30 MB, not announced', '/endless', 'PHOTO_TOO_LARGE'],
    ['a connection that breaks', '/cut', 'PHOTO_HOST_ERROR'],
  ])('fails on %s', async (_what, path, expected) => {
    const before = secret.seen.length;
    await expect(fetchPhoto(host.url + path)).rejects.toEqual(code(expected));
    expect(secret.seen.length).toBe(before);
  });

  test('says of every failure whether another attempt can help', async () => {
    await expect(fetchPhoto(`${host.url}/broken`)).rejects.toMatchObject({ retryable: true });
    await expect(fetchPhoto(`${host.url}/missing`)).rejects.toMatchObject({ retryable: false });
  });

  test('never connects to a private address, literal or by name', async () => {
    const port = new URL(secret.url).port;
    const urls = [secret.url, `http://localhost:${port}`, `http://0x7f.1:${port}`, `http://[::ffff:127.0.0.1]:${port}`];
    for (const url of urls) await expect(fetchPhoto(url)).rejects.toEqual(code('PHOTO_ADDRESS_FORBIDDEN'));
    expect(secret.seen).toEqual([]);
  });

  test('never connects to a private address behind a public name', async () => {
    const resolve: Resolve = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const url = `http://photos.example:${new URL(secret.url).port}/`;
    await expect(fetchPhoto(url, { resolve })).rejects.toEqual(code('PHOTO_ADDRESS_FORBIDDEN'));
    expect(secret.seen).toEqual([]);
  });

  test.each(['ftp://example.com/a.jpg', 'file:///etc/passwd', 'http://user:password@example.com/', 'nonsense'])(
    'refuses the URL %s',
    async (url) => {
      await expect(fetchPhoto(url)).rejects.toEqual(code('PHOTO_URL_INVALID'));
    },
  );

  test('fails when nobody listens', async () => {
    const gone = await startHost(() => undefined);
    await gone.close();
    const fetcher = createPhotoFetcher({ allowedHosts: parseAllowedHosts(gone.host) });
    await expect(fetcher.fetch(gone.url, new AbortController().signal)).rejects.toEqual(code('PHOTO_HOST_ERROR'));
    await fetcher.close();
  });

  test('gives a host that sends no headers up', async () => {
    await expect(fetchPhoto(`${host.url}/silent`, { limits: { headersMs: 200 } })).rejects.toEqual(
      code('PHOTO_TIMEOUT'),
    );
  });

  test('gives a host up that stops in the middle', async () => {
    await expect(fetchPhoto(`${host.url}/stalled`, { limits: { idleMs: 200 } })).rejects.toEqual(code('PHOTO_TIMEOUT'));
    await expect(fetchPhoto(`${host.url}/stalled`, { limits: { totalMs: 200 } })).rejects.toEqual(
      code('PHOTO_TIMEOUT'),
    );
  });

  test('stops with the reason of the signal that stops it', async () => {
    const stop = new AbortController();
    const fetching = fetchPhoto(`${host.url}/silent`, { signal: stop.signal });
    stop.abort(new Error('fenced out'));
    await expect(fetching).rejects.toThrow('fenced out');
  });
});
