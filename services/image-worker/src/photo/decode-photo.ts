import { checkHeader, explained, OPEN_PHOTO } from '@lanekeeper/photos';
import sharp, { type Metadata } from 'sharp';

/**
 * Longest side of the copy sent to rembg, in pixels. The models look at squares of 320 or 1,024 pixels; larger copies of
 * 12-megapixel photos (1,280, 1,500, 2,000) gave no better masks with ISNet, and take longer to make and to read.
 */
export const COPY_SIZE = 1_024;

/** JPEG quality of that copy. A PNG is ten times as large, and its masks agree to 0.3 % (intersection over union). */
const COPY_QUALITY = 92;

/** A photo that is known to decode. Sizes are of the upright photo, in pixels. */
export type DecodedPhoto = {
  bytes: Buffer;
  width: number;
  height: number;
  hasAlpha: boolean;
  /** Whether its pixels are three or four 8-bit channels of RGB; grey, CMYK and 16-bit photos are converted first. */
  plain: boolean;
  /** Bounded upright sRGB copy as JPEG, for rembg. */
  copy: Buffer;
};

/**
 * Checks that bytes are a photo, whole and within the limits, and makes the copy for rembg. Making the copy reads the
 * photo to its last byte, so that no other pass is needed to find it damaged.
 * @throws JobFailure `PHOTO_EMPTY`, `NOT_AN_IMAGE`, `UNSUPPORTED_FORMAT`, `PHOTO_TOO_MANY_PIXELS` or `CORRUPT_IMAGE`.
 */
export async function decodePhoto(bytes: Buffer): Promise<DecodedPhoto> {
  const metadata = await checkHeader(bytes);
  const copy = await explained(
    sharp(bytes, OPEN_PHOTO)
      .resize(COPY_SIZE, COPY_SIZE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: COPY_QUALITY })
      .toBuffer(),
  );
  const { width, height } = metadata.autoOrient;
  return { bytes, width, height, hasAlpha: metadata.hasAlpha, plain: isPlain(metadata), copy };
}

function isPlain({ channels, depth, space, hasAlpha }: Metadata): boolean {
  return depth === 'uchar' && space === 'srgb' && channels === (hasAlpha ? 4 : 3);
}
