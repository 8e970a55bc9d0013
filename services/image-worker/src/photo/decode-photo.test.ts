import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { pixelAt, quarters, readPhoto } from '../../test/photos.ts';
import { COPY_SIZE, decodePhoto } from './decode-photo.ts';

const code = (expected: string) => expect.objectContaining({ name: 'JobFailure', code: expected });
let jpeg: Buffer;

beforeAll(async () => {
  jpeg = await readPhoto('animal-1.jpg');
});

/** A PNG of one colour with any size in its header, small as a file whatever the size. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

describe('decoding a photo', () => {
  test('measures it and makes a bounded copy for rembg', async () => {
    const large = await sharp(jpeg).resize(3000).jpeg().toBuffer();
    const photo = await decodePhoto(large);
    expect(photo).toMatchObject({ width: 3000, height: 2001, hasAlpha: false, plain: true });
    expect(await sharp(photo.copy).metadata()).toMatchObject({ format: 'jpeg', width: COPY_SIZE, height: 683 });
  });

  test('never enlarges the copy', async () => {
    const { copy } = await decodePhoto(jpeg);
    expect(await sharp(copy).metadata()).toMatchObject({ width: 1000, height: 667 });
  });

  test('turns a photo upright as its EXIF says', async () => {
    const turned = await quarters(80, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const photo = await decodePhoto(turned);
    expect(photo).toMatchObject({ width: 40, height: 80 });
    const [red, green, blue] = await pixelAt(photo.copy, 5, 5);
    expect([red, green, blue].map((value) => (value as number) > 128)).toEqual([false, false, true]);
  });

  test('tells by content, not by name: plants-1.jpg is a PNG with alpha', async () => {
    const photo = await decodePhoto(await readPhoto('plants-1.jpg'));
    expect(photo).toMatchObject({ width: 987, height: 1481, hasAlpha: true });
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const)('reads %s', async (format) => {
    const photo = await decodePhoto(await quarters(64, 48).toFormat(format).toBuffer());
    expect(photo).toMatchObject({ width: 64, height: 48 });
    const [red, green] = await pixelAt(photo.copy, 10, 10);
    expect(red).toBeGreaterThan(200);
    expect(green).toBeLessThan(60);
  });

  test('reads the first frame of an animation', async () => {
    const frames = await sharp(
      [await quarters(20, 20).png().toBuffer(), await quarters(20, 20).negate().png().toBuffer()],
      {
        join: { animated: true },
      },
    )
      .gif()
      .toBuffer();
    expect(await decodePhoto(frames)).toMatchObject({ width: 20, height: 20 });
  });

  test.each([
    ['an empty file', () => Buffer.alloc(0), 'PHOTO_EMPTY'],
    ['an HTML page', () => Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'), 'NOT_AN_IMAGE'],
    ['JSON', () => Buffer.from('{"error":"not found"}'), 'NOT_AN_IMAGE'],
    [
      'an SVG',
      () => Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'UNSUPPORTED_FORMAT',
    ],
    ['a PDF', () => Buffer.from('%PDF-1.7\n1 0 obj'), 'UNSUPPORTED_FORMAT'],
    ['a HEIC', () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0', 'latin1'), 'UNSUPPORTED_FORMAT'],
    ['a BMP', () => Buffer.from('BM\0\0\0\0'), 'UNSUPPORTED_FORMAT'],
    ['a JPEG that is cut short', () => jpeg.subarray(0, jpeg.length / 2), 'CORRUPT_IMAGE'],
    ['a JPEG without its last bytes', () => jpeg.subarray(0, jpeg.length - 2_000), 'CORRUPT_IMAGE'],
    ['a JPEG of which only the head is there', () => jpeg.subarray(0, 100), 'CORRUPT_IMAGE'],
    ['a PNG with damaged data', () => damaged(hugePng(800, 800)), 'CORRUPT_IMAGE'],
    ['a PNG of 200 megapixels', () => hugePng(20_000, 10_000), 'PHOTO_TOO_MANY_PIXELS'],
  ])('refuses %s', async (_what, bytes, expected) => {
    await expect(decodePhoto(bytes())).rejects.toEqual(code(expected));
  });

  test('names the format that it does not support', async () => {
    await expect(decodePhoto(Buffer.from('%PDF-1.4'))).rejects.toThrow('PDF');
  });
});

function damaged(png: Buffer): Buffer {
  const copy = Buffer.from(png);
  copy.fill(0xff, 60, 75);
  return copy;
}
