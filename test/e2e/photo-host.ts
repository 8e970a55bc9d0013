import { type HttpHost, startHost } from '@lanekeeper/local-stack';
import sharp from 'sharp';
import { readPhoto } from '../../services/image-worker/test/photos.ts';
import { badPhotos } from './bad-photos.ts';

const ORIGINALS = ['car-1.jpg', 'car-2.jpg', 'girl-1.jpg', 'plants-1.jpg'];
const SMALLEST_PX = 320;

/**
 * A host of real photos: `/photo/<n>.jpg` is another photo for each n, `SMALLEST_PX + n` pixels wide, so that none is
 * taken for one that was done before. Everything else is bad in its own way; see {@link badPhotos}.
 */
export async function startPhotoHost(): Promise<HttpHost> {
  const bad = await badPhotos();
  return startHost((request, response) => {
    const path = request.url ?? '';
    const index = /^\/photo\/(\d+)\.jpg$/.exec(path)?.[1];
    if (index === undefined) return void (bad[path] ?? bad['/missing'])?.(response, request);
    photo(Number(index)).then(
      (jpeg) => response.end(jpeg),
      () => response.writeHead(500).end(),
    );
  });
}

/** Width of photo `n`, in pixels. */
export const widthOf = (n: number): number => SMALLEST_PX + n;

async function photo(n: number): Promise<Buffer> {
  const original = await readPhoto(ORIGINALS[n % ORIGINALS.length] ?? '');
  return await sharp(original)
    .resize({ width: widthOf(n) })
    .jpeg()
    .toBuffer();
}
