import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server on loopback for a test; `await using` stops it. */
export type HttpHost = AsyncDisposable & {
  readonly url: string;
  /** `127.0.0.1:port`, as PHOTO_ALLOWED_HOSTS wants it. */
  readonly host: string;
  /** Requests so far, as `METHOD /path`. */
  readonly seen: string[];
  close: () => Promise<void>;
};

/** Starts a server; `port` 0 takes a free one. */
export async function startHost(listener: RequestListener, port = 0): Promise<HttpHost> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => closeServer(server);
  return { url: `http://${host}`, host, seen, close, [Symbol.asyncDispose]: close };
}

/** A listener out of answers by path; anything else is 404. */
export function routes(
  table: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => unknown>>,
): RequestListener {
  return (request, response) => {
    const answer = table[(request.url ?? '').split('?')[0] ?? ''];
    if (answer) answer(response, request);
    else response.writeHead(404).end('not found');
  };
}

/** Reads a request's body. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
