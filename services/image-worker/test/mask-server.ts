import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpHost, readBody, startHost } from '@lanekeeper/local-stack';

/** How a {@link MaskServer} behaves: as it should, or as a sick rembg does. */
export type MaskMode = 'ok' | 'hang' | '500' | '422' | 'garbage';

/** What a removal asked for. */
export type Removal = { model: string | undefined; onlyMask: string | undefined; photo: Buffer };

/** A server that speaks rembg's protocol and answers given masks. */
export type MaskServer = HttpHost & {
  mode: MaskMode;
  readonly removals: Removal[];
  /** Most removals that were under way at once. */
  readonly mostAtOnce: () => number;
};

/** Makes the answer of a removal: the mask, PNG, at once or when it likes. */
export type MakeMask = (photo: Buffer) => Buffer | Promise<Buffer>;

/** Starts a server on loopback. */
export async function startMaskServer(makeMask: MakeMask, port = 0): Promise<MaskServer> {
  const removals: Removal[] = [];
  let [busy, most] = [0, 0];
  const host = await startHost((request, response) => {
    if (server.mode === 'hang') return;
    if (request.url === '/api') return void response.writeHead(200).end('rembg');
    if (request.method !== 'POST' || request.url !== '/api/remove') return void response.writeHead(404).end();
    most = Math.max(most, ++busy);
    void remove(request, response).finally(() => busy--);
  }, port);
  const remove = async (request: IncomingMessage, response: ServerResponse) => {
    const removal = await readRemoval(request);
    if (server.mode === '422' || !removal) return response.writeHead(422).end('{"detail":[]}');
    removals.push(removal);
    if (server.mode === '500') return response.writeHead(500).end('Internal Server Error');
    const mask = server.mode === 'garbage' ? Buffer.from('<html>') : await makeMask(removal.photo);
    return response.writeHead(200, { 'content-type': 'image/png' }).end(mask);
  };
  const server: MaskServer = Object.assign(host, { mode: 'ok' as MaskMode, removals, mostAtOnce: () => most });
  return server;
}

async function readRemoval(request: IncomingMessage): Promise<Removal | undefined> {
  const body = new Uint8Array(await readBody(request));
  const form = await new Response(body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const file = form.get('file');
  if (!(file instanceof Blob)) return undefined;
  const text = (name: string) => (form.get(name) as string | null) ?? undefined;
  return { model: text('model'), onlyMask: text('om'), photo: Buffer.from(await file.arrayBuffer()) };
}
