import type { RemoveBgOptions } from '@lanekeeper/contracts';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ellipseMask, pixelAt, quarters, readPhoto } from '../../test/photos.ts';
import { cutOut } from './cut-out.ts';
import { decodePhoto } from './decode-photo.ts';

const [width, height] = [400, 300];
/** The ellipse covers 0.3 and 0.25 of the sides to each side of the middle. */
const [subjectWidth, subjectHeight] = [240, 150];

async function cut(bytes: Buffer, options: RemoveBgOptions = {}, mask?: Buffer) {
  const photo = await decodePhoto(bytes);
  return await cutOut(photo, mask ?? (await ellipseMask(photo.width, photo.height)), options);
}

const picture = (format: 'png' | 'jpeg' = 'png') =>
  quarters(width, height).toFormat(format, { quality: 100 }).toBuffer();

describe('cutting out', () => {
  test('keeps the subject, clears the background, and leaves none of its colours in the file', async () => {
    const { data, format } = await cut(await picture());
    expect(format).toBe('png');
    expect(await sharp(data).metadata()).toMatchObject({ format: 'png', width, height, channels: 4 });
    expect(await pixelAt(data, 2, 2)).toEqual([0, 0, 0, 0]);
    expect(await pixelAt(data, 397, 297)).toEqual([0, 0, 0, 0]);
    expect(await pixelAt(data, 150, 120)).toEqual([255, 0, 0, 255]);
    expect(await pixelAt(data, 250, 180)).toEqual([255, 255, 255, 255]);
  });

  test('works at the full size of the photo, whatever the size of the mask', async () => {
    const large = await quarters(2000, 1500).png().toBuffer();
    const { data } = await cut(large, {}, await ellipseMask(320, 240));
    expect(await sharp(data).metadata()).toMatchObject({ width: 2000, height: 1500 });
    const mask = await sharp(await ellipseMask(320, 240)).resize(2000, 1500, { fit: 'fill', kernel: 'cubic' });
    const expected = await mask.toColourspace('b-w').raw().toBuffer();
    const alpha = await sharp(data).extractChannel('alpha').raw().toBuffer();
    expect(differences(alpha, expected)).toEqual({ most: 0 });
  });

  test('gives an upright image of a turned photo', async () => {
    const turned = await quarters(height, width).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { data } = await cut(turned);
    expect(await sharp(data).metadata()).toMatchObject({ width, height });
    expect((await sharp(data).metadata()).orientation).toBeUndefined();
    const [red, green, blue, alpha] = (await pixelAt(data, 150, 120)) as [number, number, number, number];
    expect([red < 50, green < 50, blue > 200, alpha]).toEqual([true, true, true, 255]);
  });

  test('keeps what was transparent before transparent', async () => {
    const half = await quarters(width, height).ensureAlpha(0.5).png().toBuffer();
    const { data } = await cut(half);
    expect(await pixelAt(data, 2, 2)).toEqual([0, 0, 0, 0]);
    const [red, green, blue, alpha] = (await pixelAt(data, 150, 120)) as [number, number, number, number];
    expect([red, green, blue]).toEqual([255, 0, 0]);
    expect(Math.abs(alpha - 128)).toBeLessThanOrEqual(1);
  });

  test('converts grey, CMYK and 16-bit photos', async () => {
    const grey = await quarters(width, height).greyscale().toColourspace('b-w').jpeg().toBuffer();
    const cmyk = await quarters(width, height).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const deep = await quarters(width, height).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    for (const bytes of [grey, cmyk, deep]) {
      const { data } = await cut(bytes);
      expect(await sharp(data).metadata()).toMatchObject({ width, height, channels: 4, depth: 'uchar' });
      expect(await pixelAt(data, 2, 2)).toEqual([0, 0, 0, 0]);
      expect(await pixelAt(data, 250, 180)).toEqual([255, 255, 255, 255]);
    }
    const [red, green, blue] = (await pixelAt((await cut(cmyk)).data, 150, 120)) as [number, number, number];
    expect([red > 180, green < 80, blue < 80]).toEqual([true, true, true]);
    expect(await pixelAt((await cut(deep)).data, 150, 120)).toEqual([255, 0, 0, 255]);
  });

  test('converts colours of another profile to sRGB', async () => {
    const p3 = await quarters(width, height)
      .modulate({ saturation: 0.5 })
      .withIccProfile('p3')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(p3).metadata()).icc).toBeDefined();
    const expected = await pixelAt(await sharp(p3).toColourspace('srgb').png().toBuffer(), 150, 120);
    const [red, green, blue] = await pixelAt((await cut(p3)).data, 150, 120);
    expect([red, green, blue]).toEqual(expected);
  });

  test.each(['gif', 'webp', 'avif', 'tiff'] as const)('cuts out of %s', async (format) => {
    const { data } = await cut(await quarters(width, height).toFormat(format).toBuffer());
    expect(await pixelAt(data, 2, 2)).toEqual([0, 0, 0, 0]);
    const [red, green, , alpha] = (await pixelAt(data, 150, 120)) as [number, number, number, number];
    expect([red > 200, green < 60, alpha]).toEqual([true, true, 255]);
  });

  test('gives WebP with alpha', async () => {
    const { data } = await cut(await picture(), { format: 'webp' });
    expect(await sharp(data).metadata()).toMatchObject({ format: 'webp', hasAlpha: true, width, height });
    expect((await pixelAt(data, 2, 2))[3]).toBe(0);
  });

  test('gives JPEG on white, or on the colour asked for', async () => {
    const onWhite = await cut(await picture(), { format: 'jpeg' });
    expect(onWhite.format).toBe('jpeg');
    expect(await pixelAt(onWhite.data, 2, 2)).toEqual([255, 255, 255]);
    const { data } = await cut(await picture(), { background: '#3366cc' });
    expect(await pixelAt(data, 2, 2)).toEqual([0x33, 0x66, 0xcc]);
    expect(await pixelAt(data, 150, 120)).toEqual([255, 0, 0]);
  });

  test('trims to the subject and adds a margin', async () => {
    const trimmed = await cut(await picture(), { trim: true });
    expect(Math.abs(trimmed.width - subjectWidth)).toBeLessThanOrEqual(4);
    expect(Math.abs(trimmed.height - subjectHeight)).toBeLessThanOrEqual(4);
    const wide = await cut(await picture(), { trim: true, margin: 0.5, maxSize: 240 });
    expect(wide.width).toBe(240);
    expect(await sharp(wide.data).metadata()).toMatchObject({ width: wide.width, height: wide.height });
    expect(await pixelAt(wide.data, 1, 1)).toEqual([0, 0, 0, 0]);
    expect((await pixelAt(wide.data, 110, Math.floor(wide.height / 2) - 8))[3]).toBe(255);
  });

  test('pads a margin beyond the photo with the background', async () => {
    const whole = await sharp({ create: { width: 100, height: 80, channels: 3, background: '#ffffff' } })
      .png()
      .toBuffer();
    const options = { trim: true, margin: 0.1, background: '#00ff00' } as const;
    const { data } = await cut(await quarters(100, 80).png().toBuffer(), options, whole);
    expect(await sharp(data).metadata()).toMatchObject({ width: 120, height: 100 });
    expect(await pixelAt(data, 3, 50)).toEqual([0, 255, 0]);
    expect(await pixelAt(data, 20, 20)).toEqual([255, 0, 0]);
  });

  test('returns the mask alone', async () => {
    const { data } = await cut(await picture(), { maskOnly: true, maxSize: 200 });
    expect(await sharp(data).metadata()).toMatchObject({ width: 200, height: 150, hasAlpha: false });
    expect((await pixelAt(data, 2, 2))[0]).toBe(0);
    expect((await pixelAt(data, 100, 75))[0]).toBe(255);
  });

  test('gives an empty image for a photo without a subject', async () => {
    const nothing = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#000000' } })
      .png()
      .toBuffer();
    const { data } = await cut(await picture(), { trim: true }, nothing);
    expect(await sharp(data).metadata()).toMatchObject({ width, height });
    expect((await sharp(data).stats()).channels[3]?.max).toBe(0);
  });

  test('fails when the mask cannot be read', async () => {
    const failure = expect.objectContaining({ code: 'REMBG_ERROR', retryable: true });
    await expect(cut(await picture(), {}, Buffer.from('no mask'))).rejects.toEqual(failure);
  });

  test.each(['animal-1', 'animal-3', 'car-2', 'girl-1'])('agrees with the published cut-out of %s', async (name) => {
    const reference = await readPhoto(`${name}.cutout.png`);
    const mask = await sharp(reference).extractChannel('alpha').resize({ width: 320 }).png().toBuffer();
    const { data } = await cut(await readPhoto(`${name}.jpg`), {}, mask);
    expect(intersectionOverUnion(await alphaOf(data), await alphaOf(reference))).toBeGreaterThan(0.97);
  });
});

const alphaOf = (image: Buffer) => sharp(image).extractChannel('alpha').raw().toBuffer();

function intersectionOverUnion(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length);
  let [both, either] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    const [inA, inB] = [(a[at] as number) > 127, (b[at] as number) > 127];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return both / either;
}

function differences(a: Buffer, b: Buffer): { most: number } {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs((a[at] as number) - (b[at] as number)));
  return { most };
}
