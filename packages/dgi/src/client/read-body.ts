import type { Readable } from 'node:stream';
import { DgiError } from './dgi-error.ts';

/**
 * Reads a body of at most `maxBytes`: refused at once when the server announces more, and otherwise at the first byte too
 * many. It is written into one memory that grows in place, so that a huge answer is never in memory twice.
 * @throws DgiError `DGI_PROTOCOL` for a body too large; the stream's own error.
 */
export async function readBody(body: Readable, announced: string | undefined, maxBytes: number): Promise<Buffer> {
  if (Number(announced) > maxBytes) {
    body.on('error', () => {
      // Closing the connection under an unread body is intended.
    });
    body.destroy();
    throw tooLarge(maxBytes);
  }
  const memory = new ArrayBuffer(0, { maxByteLength: maxBytes });
  // Leaving the loop early destroys the stream and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const filled = memory.byteLength;
    if (filled + chunk.length > maxBytes) throw tooLarge(maxBytes);
    memory.resize(filled + chunk.length);
    new Uint8Array(memory, filled).set(chunk);
  }
  return Buffer.from(memory.transferToFixedLength());
}

function tooLarge(maxBytes: number): DgiError {
  const megabytes = Math.round(maxBytes / 2 ** 20);
  return new DgiError('DGI_PROTOCOL', `The answer is larger than ${megabytes} MiB: fetch shorter windows`);
}
