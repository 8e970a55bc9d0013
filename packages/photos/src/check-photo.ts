import { jobFailure } from '@lanekeeper/worker-kit';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { detectFormat, refusedFormats, supportedFormats } from './detect-format.ts';

/** Largest photo in pixels; a decompression bomb claims more. */
export const MAX_PIXELS = 50_000_000;

/** How sharp opens a photo that may be hostile: any damage is an error, one page, bounded pixels, upright. */
export const OPEN_PHOTO: SharpOptions = {
  failOn: 'warning',
  limitInputPixels: MAX_PIXELS,
  pages: 1,
  page: 0,
  autoOrient: true,
};

/**
 * What a photo's header says, after its format and size were checked. Only decoding it proves that it is whole.
 * @throws JobFailure `PHOTO_EMPTY`, `NOT_AN_IMAGE`, `UNSUPPORTED_FORMAT`, `PHOTO_TOO_MANY_PIXELS` or `CORRUPT_IMAGE`.
 */
export async function checkHeader(bytes: Buffer): Promise<Metadata> {
  if (bytes.length === 0) throw jobFailure('PHOTO_EMPTY');
  const format = detectFormat(bytes);
  if (refusedFormats.has(format)) {
    throw jobFailure('UNSUPPORTED_FORMAT', `The image format ${format.toUpperCase()} is not supported`);
  }
  if (!supportedFormats.has(format)) throw jobFailure('NOT_AN_IMAGE');
  const metadata = await explained(sharp(bytes, OPEN_PHOTO).metadata());
  if (metadata.width * metadata.height > MAX_PIXELS) throw jobFailure('PHOTO_TOO_MANY_PIXELS');
  return metadata;
}

/** Runs a step that decodes a photo; what sharp throws becomes a JobFailure `PHOTO_TOO_MANY_PIXELS` or `CORRUPT_IMAGE`. */
export async function explained<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'JobFailure') throw error;
    if (/pixel limit/i.test(error.message)) throw jobFailure('PHOTO_TOO_MANY_PIXELS', undefined, error);
    throw jobFailure('CORRUPT_IMAGE', undefined, error);
  }
}
