/**
 * What the image worker itself costs for a 12-megapixel photo: time beyond rembg's and peak memory with three photos in
 * flight. rembg is replaced by a server that answers a prepared mask at once. Run alone: `node bench/image-overhead.ts`.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startHost } from '@lanekeeper/local-stack';
import sharp from 'sharp';
import { startMaskServer } from '../services/image-worker/test/mask-server.ts';
import { quantile, type Row } from './row.ts';

/** What the measured process prints. Times in milliseconds, memory in bytes. */
export type Overhead = {
  alone: number[];
  together: number[];
  total: number;
  cpuMs: number;
  peakRss: number;
  outputBytes: number;
};

const PHOTOS = path.resolve(import.meta.dirname, '../demo/photos');
const SIZE = { width: 4000, height: 3000 };

/** Measures; takes some ten seconds. */
export async function run(): Promise<Row[]> {
  const [photo, mask] = await Promise.all([makePhoto(), makeMask()]);
  let served = 0;
  // Bytes after the end of a JPEG make it another photo for the store, with the same pixels.
  await using host = await startHost((_request, response) =>
    response.end(Buffer.concat([photo, Buffer.from(`\0${served++}`)])),
  );
  await using rembg = await startMaskServer(() => mask);
  const child = path.join(import.meta.dirname, 'image-overhead-process.ts');
  // As the worker is meant to run: see docs/images.md, Memory.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
  const { stdout } = await promisify(execFile)(process.execPath, [child, host.url, rembg.url], { env });
  return toRows(JSON.parse(stdout) as Overhead);
}

function toRows({ alone, together, total, cpuMs, peakRss, outputBytes }: Overhead): Row[] {
  return [
    { what: 'own time of a 12 MP photo, alone, median', value: quantile(alone, 0.5), unit: 'ms', target: 150 },
    { what: 'own time of a 12 MP photo, 3 in flight, median', value: quantile(together, 0.5), unit: 'ms' },
    { what: '12 MP photos finished in a second, 3 in flight', value: together.length / (total / 1_000), unit: '/s' },
    { what: 'processor time of a 12 MP photo', value: cpuMs, unit: 'ms' },
    { what: 'peak memory, three 12 MP photos in flight', value: peakRss / 1e6, unit: 'MB', target: 400 },
    { what: 'size of the 12 MP cut-out (PNG)', value: outputBytes / 1e6, unit: 'MB' },
  ].map((row) => ({ ...row, value: Math.round(row.value * 10) / 10 }));
}

/** A real photo at 12 megapixels, with the grain that enlarging takes away. */
async function makePhoto(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 6 } as const;
  const grain = await sharp({ create: { ...SIZE, channels: 3, noise, background: '#808080' } })
    .png()
    .toBuffer();
  return await sharp(path.join(PHOTOS, 'animal-3.jpg'))
    .resize({ ...SIZE, fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Its published cut-out's mask, as large as a model's. */
async function makeMask(): Promise<Buffer> {
  const reference = await readFile(path.join(PHOTOS, 'animal-3.cutout.png'));
  return await sharp(reference).extractChannel('alpha').resize(1024, 768, { fit: 'fill' }).png().toBuffer();
}

if (import.meta.main) console.table(await run());
