import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import sharp from 'sharp';

const THREADS = Math.min(2, availableParallelism());

/**
 * Sets up sharp for this process. Photos are seen once, so that its cache only costs memory. Two threads to a photo
 * halve the time of scaling and hide decoding behind encoding; more would only multiply the memory in flight.
 */
export function configureImageLibrary(): void {
  sharp.cache(false);
  sharp.concurrency(THREADS);
}

const fullSize = pLimit(Math.max(1, Math.floor(availableParallelism() / THREADS)));

/**
 * Runs work on pixels at full size, as much at once as there are processors for: more would not be done sooner, and
 * each 12-megapixel photo under way holds some 100 MB. @throws the signal's reason when it aborts while waiting.
 */
export function withFullSize<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return fullSize(() => {
    signal.throwIfAborted();
    return work();
  });
}

/** A small photo to warm a rembg server up with: 64 pixels square, JPEG. */
export async function makeWarmUpPhoto(): Promise<Buffer> {
  return await sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
}
