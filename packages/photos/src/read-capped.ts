import type { Readable } from 'node:stream';
import { jobFailure } from '@lanekeeper/worker-kit';

/**
 * Reads a body of at most `maxBytes`: refused at once when the host announces more, and otherwise at the first byte
 * too many.
 * @throws JobFailure `PHOTO_TOO_LARGE` or `PHOTO_EMPTY`; the stream's own error.
 */
export async function readCapped(
  body: Readable,
  contentLength: string | string[] | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(contentLength) > maxBytes) {
    discard(body);
    throw jobFailure('PHOTO_TOO_LARGE');
  }
  // Leaving the loop early destroys the stream and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw jobFailure('PHOTO_TOO_LARGE');
    chunks.push(chunk);
  }
  if (bytes === 0) throw jobFailure('PHOTO_EMPTY');
  return Buffer.concat(chunks, bytes);
}

function discard(body: Readable): void {
  body.on('error', () => {
    // Closing the connection under an unread body is intended.
  });
  body.destroy();
}
