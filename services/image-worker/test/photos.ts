import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';

const FOLDER = path.resolve(import.meta.dirname, '../../../demo/photos');

/** One of the example photos, `animal-1.jpg` for instance. */
export const readPhoto = (name: string): Promise<Buffer> => readFile(path.join(FOLDER, name));

/** A mask with a white ellipse on black, with soft edges, like a model's. */
export async function ellipseMask(width: number, height: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="black"/>
    <ellipse cx="50%" cy="50%" rx="30%" ry="25%" fill="white"/></svg>`;
  return await sharp(Buffer.from(svg)).toColourspace('b-w').removeAlpha().png().toBuffer();
}

/** The mask of a photo of any size. */
export async function maskFor(photo: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(photo).metadata();
  return await ellipseMask(width, height);
}

/** Four coloured quarters: red, green / blue, white, so that turning it can be seen. */
export function quarters(width: number, height: number): Sharp {
  const [w, h] = [width / 2, height / 2];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${w}" height="${h}" fill="#f00"/><rect x="${w}" width="${w}" height="${h}" fill="#0f0"/>
    <rect y="${h}" width="${w}" height="${h}" fill="#00f"/><rect x="${w}" y="${h}" width="${w}" height="${h}" fill="#fff"/></svg>`;
  return sharp(Buffer.from(svg)).removeAlpha();
}

/** The channels of one pixel. */
export async function pixelAt(image: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}
