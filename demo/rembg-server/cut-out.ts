import sharp from 'sharp';
import type { MaskModel, Pixels } from './mask-model.ts';
import type { RemovalOptions } from './removal-form.ts';

/** Answers the PNG that rembg would: the cut-out, or only its mask. Throws when the bytes are not a readable image. */
export async function cutOut(file: Buffer, options: RemovalOptions, model: MaskModel): Promise<Buffer> {
  const photo = await decode(file);
  const raw = await model(photo);
  const mask = options.ppm ? await smooth(raw) : raw;
  if (options.om) return toPng(mask);
  const cut = sharp(applyMask(photo, mask), { raw: { width: photo.width, height: photo.height, channels: 4 } });
  return (options.bgc ? cut.flatten({ background: options.bgc }).ensureAlpha() : cut).png().toBuffer();
}

// As rembg does it: EXIF orientation applied, colour profile dropped without converting the colours.
async function decode(file: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(file, { ignoreIcc: true, failOn: 'error' })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 4 };
}

// rembg's post-processing: blur the edge, then decide each pixel one way or the other.
async function smooth(mask: Pixels): Promise<Pixels> {
  const { width, height } = mask;
  const data = await sharp(mask.data, { raw: { width, height, channels: 1 } })
    .blur(2)
    .threshold(128)
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { ...mask, data };
}

function applyMask(photo: Pixels, mask: Pixels): Buffer {
  const out = Buffer.from(photo.data);
  for (let at = 0; at < mask.data.length; at++) {
    const alpha = Math.round(((out[4 * at + 3] as number) * (mask.data[at] as number)) / 255);
    out[4 * at + 3] = alpha;
    if (alpha === 0) out.fill(0, 4 * at, 4 * at + 3);
  }
  return out;
}

const toPng = ({ data, width, height }: Pixels): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
