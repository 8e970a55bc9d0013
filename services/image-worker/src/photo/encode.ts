import type { RemoveBgOptions } from '@lanekeeper/contracts';
import type { Sharp } from 'sharp';

/** The formats of an output. */
export type OutputFormat = NonNullable<RemoveBgOptions['format']>;
/** A finished image. Sizes in pixels. */
export type EncodedImage = { data: Buffer; format: OutputFormat; width: number; height: number };

/** The format that options ask for; PNG when they do not say. */
export const outputFormat = (options: RemoveBgOptions): OutputFormat => options.format ?? 'png';

/**
 * Encodes an output of known size.
 *
 * PNG at level 1 without adaptive filters: encoding is most of the time of a 12-megapixel cut-out, and every further
 * level or filter doubles it for a fifth to a third fewer bytes (docs/images.md has the measurements).
 */
export async function encode(
  image: Sharp,
  { width, height }: { width: number; height: number },
  options: RemoveBgOptions,
): Promise<EncodedImage> {
  const format = outputFormat(options);
  return { data: await withFormat(image, format).toBuffer(), format, width, height };
}

function withFormat(image: Sharp, format: OutputFormat): Sharp {
  switch (format) {
    case 'png':
      return image.png({ compressionLevel: 1, adaptiveFiltering: false });
    case 'webp':
      return image.webp({ quality: 88, alphaQuality: 100, effort: 1 });
    case 'jpeg':
      return image.jpeg({ quality: 90 });
  }
}
