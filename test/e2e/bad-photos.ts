import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { crc32, deflateSync } from 'node:zlib';
import { readPhoto } from '../../services/image-worker/test/photos.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

const MEGABYTE = 1_000_000;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><circle r="200" fill="red"/></svg>';

/** Everything that a photo URL may lead to instead of a photo, by path. */
export async function badPhotos(): Promise<Record<string, Answer>> {
  const jpeg = await readPhoto('car-1.jpg');
  const send =
    (body: Buffer | string, type = 'image/jpeg') =>
    (response: ServerResponse) =>
      response.writeHead(200, { 'content-type': type }).end(body);
  return {
    '/missing': (response) => response.writeHead(404).end('not found'),
    '/page.jpg': send('<!doctype html><html><body>Please log in</body></html>'),
    '/truncated.jpg': send(jpeg.subarray(0, jpeg.length / 2)),
    '/drawing.jpg': send(SVG),
    '/phone.jpg': send(heicHeader()),
    '/bomb.png': send(bomb(20_000, 10_000), 'image/png'),
    '/huge.jpg': (response) => Readable.from(megabytes(30)).pipe(response.writeHead(200)),
    '/empty.jpg': send(''),
    '/redirect': (response, request) =>
      response.writeHead(302, { location: `http://${privateHost(request)}/secret.jpg` }).end(),
    '/slow.jpg': () => undefined, // takes the request and never answers
  };
}

/** The photo host under another name, which is not on the list of allowed ones. */
export const privateHost = ({ headers }: Pick<IncomingMessage, 'headers'>): string =>
  (headers.host ?? '').replace('127.0.0.1', 'localhost');

/** A body without an announced length. */
function* megabytes(count: number): Generator<Buffer> {
  yield Buffer.from('ffd8ffe0', 'hex');
  for (let n = 0; n < count; n++) yield Buffer.alloc(MEGABYTE);
}

/** How a photo of a phone begins: an ISO media file of brand `heic`. */
function heicHeader(): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(2_000)]);
}

/** A small PNG that becomes `width` x `height` black pixels. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // one bit a pixel, grey
  const pixels = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
