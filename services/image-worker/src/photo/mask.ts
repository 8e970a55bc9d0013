import { jobFailure } from '@lanekeeper/worker-kit';
import sharp from 'sharp';
import type { Box } from './plan-output.ts';

/** A grey image of one byte a pixel: 0 is background, 255 subject. */
export type Mask = { data: Buffer; width: number; height: number };

type Size = { width: number; height: number };

/** How far cubic interpolation spreads a pixel of the mask, in pixels of the mask. */
const KERNEL_REACH = 2;

/** Opens the mask that rembg answered. @throws JobFailure `REMBG_ERROR` when it is damaged. */
export async function readMask(png: Buffer): Promise<Mask> {
  try {
    const { data, info } = await sharp(png, { limitInputPixels: 16_000_000 })
      .removeAlpha()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 1) throw new Error(`the mask has ${info.channels} channels`);
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw jobFailure('REMBG_ERROR', 'The mask that rembg answered cannot be read', error);
  }
}

/** The smallest box that holds every pixel of at least `threshold`; undefined when there is none. */
export function findSubject({ data, width, height }: Mask, threshold: number): Box | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if ((data[at] as number) < threshold) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** A box of one image in the pixels of the same image at another size, grown to whole pixels and by `reach` of its own. */
export function mapBox(box: Box, from: Size, to: Size, reach = 0): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  const left = Math.max(0, Math.floor((box.left - reach) * x));
  const top = Math.max(0, Math.floor((box.top - reach) * y));
  const right = Math.min(to.width, Math.ceil((box.left + box.width + reach) * x));
  const bottom = Math.min(to.height, Math.ceil((box.top + box.height + reach) * y));
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Scales a mask, cubic. Only the part with a subject is computed, the rest is known to be 0: scaling is otherwise the
 * largest single cost besides encoding.
 */
export async function scaleMask(mask: Mask, to: Size): Promise<Mask> {
  const subject = findSubject(mask, 1);
  if (subject === undefined) return { data: Buffer.alloc(to.width * to.height), ...to };
  const part = mapBox(subject, mask, to, KERNEL_REACH);
  const data = await sharp(mask.data, { raw: { width: mask.width, height: mask.height, channels: 1 } })
    .resize(to.width, to.height, { fit: 'fill', kernel: 'cubic' })
    .extract(part)
    .extend({
      top: part.top,
      left: part.left,
      bottom: to.height - part.top - part.height,
      right: to.width - part.left - part.width,
      background: '#000000',
    })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return { data, ...to };
}

/** Multiplies a photo's own alpha into a mask of the same size, in place. */
export function multiplyAlpha(mask: Mask, alpha: Buffer): void {
  const { data } = mask;
  if (alpha.length !== data.length) throw new Error(`the alpha has ${alpha.length} pixels, the mask ${data.length}`);
  for (let at = 0; at < data.length; at++) {
    const product = (data[at] as number) * (alpha[at] as number);
    data[at] = Math.round(product / 255);
  }
}
