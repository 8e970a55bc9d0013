import type { Readable } from 'node:stream';
import { DgiError } from './dgi-error.ts';

/**
 * Reads a body of at most `maxBytes`: refused at once when the server announces more, and otherwise at the first byte too
 * many. An announced length is read into one buffer, so that a huge answer is in memory once and not twice.
 * @throws DgiError `DGI_PROTOCOL` for a body too large; the stream's own error.
 */
export async function readBody(body: Readable, announced: string | undefined, maxBytes: number): Promise<Buffer> {
  const length = Number(announced ?? Number.NaN);
  if (length > maxBytes) {
    body.on('error', () => {
      // Closing the connection under an unread body is intended.
    });
    body.destroy();
    throw tooLarge(maxBytes);
  }
  return Number.isNaN(length) ? readChunks(body, maxBytes) : readKnown(body, length);
}

async function readKnown(body: Readable, length: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(length);
  let filled = 0;
  // undici refuses a body of another length than the announced one.
  for await (const chunk of body as AsyncIterable<Buffer>) filled += chunk.copy(whole, filled);
  return whole.subarray(0, filled);
}

async function readChunks(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early destroys the stream and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function tooLarge(maxBytes: number): DgiError {
  const megabytes = Math.round(maxBytes / 2 ** 20);
  return new DgiError('DGI_PROTOCOL', `The answer is larger than ${megabytes} MiB: fetch shorter windows`);
}
