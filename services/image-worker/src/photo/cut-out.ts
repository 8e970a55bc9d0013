import type { RemoveBgOptions } from '@lanekeeper/contracts';
import { OPEN_PHOTO } from '@lanekeeper/photos';
import sharp, { type Sharp } from 'sharp';
import type { DecodedPhoto } from './decode-photo.ts';
import { type EncodedImage, encode, outputFormat } from './encode.ts';
import { findSubject, type Mask, mapBox, multiplyAlpha, readMask, scaleMask } from './mask.ts';
import { type OutputPlan, planOutput } from './plan-output.ts';

/** Fainter pixels do not count as subject when trimming: models leave a haze. */
const TRIM_THRESHOLD = 12;

/**
 * Cuts the subject out of a photo: the mask becomes the alpha of the upright original at its full size, or of what the
 * options make of it. Colours are made black where the alpha is 0: the removed background does not stay hidden in the
 * file, and the file is half as large and made twice as fast.
 */
export async function cutOut(photo: DecodedPhoto, maskPng: Buffer, options: RemoveBgOptions): Promise<EncodedImage> {
  const mask = await readMask(maskPng);
  const subject = findSubject(mask, TRIM_THRESHOLD);
  const plan = planOutput(photo, subject && mapBox(subject, mask, photo), options);
  const alpha = await scaleMask(mask, plan.scaled);
  if (photo.hasAlpha) multiplyAlpha(alpha, await readAlpha(photo, plan));
  if (options.maskOnly) return encode(placeMask(alpha, plan), plan, options);
  const cut = await applyAlpha(photo, alpha, plan);
  if (options.background === undefined && outputFormat(options) !== 'jpeg') return encode(cut, plan, options);
  // Flattening comes before joining inside one pipeline of sharp, so that a coloured background takes two.
  const { data } = await cut.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = plan;
  const flat = sharp(data, { raw: { width, height, channels: 4 } }).flatten({
    background: options.background ?? '#ffffff',
  });
  return encode(flat, plan, options);
}

/** One pass over the photo: decode, scale, join the alpha, crop, pad, clear what is transparent. */
async function applyAlpha(photo: DecodedPhoto, alpha: Mask, plan: OutputPlan): Promise<Sharp> {
  const visible = await placeMask(alpha, plan).threshold(1).toColourspace('b-w').raw().toBuffer();
  const source = photo.plain && !photo.hasAlpha ? sharp(photo.bytes, OPEN_PHOTO) : await openAsRgb(photo);
  return source
    .resize(plan.scaled.width, plan.scaled.height, { fit: 'fill' })
    .joinChannel(alpha.data, rawOf(alpha))
    .extract(plan.crop)
    .extend({ ...plan.pad, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .boolean(visible, 'and', rawOf(plan));
}

/** Grey, CMYK, 16-bit and transparent photos as plain RGB: joining a channel to them as they are gives wrong bands. */
async function openAsRgb(photo: DecodedPhoto): Promise<Sharp> {
  const { data, info } = await sharp(photo.bytes, OPEN_PHOTO)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

function placeMask(alpha: Mask, plan: OutputPlan): Sharp {
  return sharp(alpha.data, rawOf(alpha))
    .extract(plan.crop)
    .extend({ ...plan.pad, background: '#000000' })
    .toColourspace('b-w');
}

async function readAlpha(photo: DecodedPhoto, { scaled }: OutputPlan): Promise<Buffer> {
  return sharp(photo.bytes, OPEN_PHOTO)
    .resize(scaled.width, scaled.height, { fit: 'fill' })
    .toColourspace('srgb')
    .extractChannel('alpha')
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

const rawOf = ({ width, height }: { width: number; height: number }) => ({
  raw: { width, height, channels: 1 as const },
});
