import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogger } from '@lanekeeper/service-kit';
import type { FastifyInstance } from 'fastify';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildRembg } from './app.ts';
import { lazyMaskModel } from './mask-model.ts';

const photos = path.join(import.meta.dirname, '../photos');
const photo = (name: string) => readFile(path.join(photos, name));

let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  app = await buildRembg(lazyMaskModel(2), createLogger('rembg', 'silent'));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => behave('ok'));
afterAll(() => app.close());

const behave = (mode: string) =>
  fetch(`${url}/__behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  });

function remove(file: Buffer | undefined, fields: Record<string, string> = {}, query = ''): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.set('file', new Blob([new Uint8Array(file)]), 'photo');
  return fetch(`${url}/api/remove${query}`, { method: 'POST', body: form });
}

async function pngOf(answer: Response): Promise<Buffer> {
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('image/png');
  return Buffer.from(await answer.arrayBuffer());
}

/** Overlap of two masks: what both keep, out of what either keeps. */
function overlap(one: Buffer, other: Buffer): number {
  let both = 0;
  let either = 0;
  for (const [at, value] of one.entries()) {
    const [a, b] = [value > 127, (other[at] as number) > 127];
    if (a && b) both++;
    if (a || b) either++;
  }
  return both / either;
}

const alphaOf = (png: Buffer) => sharp(png).extractChannel(3).raw().toBuffer({ resolveWithObject: true });

test.for(['animal-1', 'girl-1', 'car-2'])('cuts out %s as rembg itself does', async (name) => {
  const mine = await alphaOf(await pngOf(await remove(await photo(`${name}.jpg`), { model: 'isnet-general-use' })));
  const reference = await alphaOf(await photo(`${name}.cutout.png`));
  expect([mine.info.width, mine.info.height]).toEqual([reference.info.width, reference.info.height]);
  expect(overlap(mine.data, reference.data)).toBeGreaterThan(0.9);
});

test('answers only the mask, grey and in full size, when asked to', async () => {
  const file = await photo('girl-1.jpg');
  const mask = sharp(await pngOf(await remove(file, { om: 'true' })));
  const source = await sharp(file).metadata();
  expect(await mask.metadata()).toMatchObject({ width: source.width, height: source.height, channels: 1 });
  const cut = await alphaOf(await pngOf(await remove(file)));
  expect(overlap(await mask.extractChannel(0).raw().toBuffer(), cut.data)).toBeGreaterThan(0.99);
});

test('applies the EXIF orientation', async () => {
  const sideways = await sharp(await photo('girl-1.jpg'))
    .withExif({ IFD0: { Orientation: '6' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const source = await sharp(sideways).metadata();
  const out = await sharp(await pngOf(await remove(sideways))).metadata();
  expect([out.width, out.height]).toEqual([source.height, source.width]);
});

test('puts the cut-out on a colour given in the query, and ignores one given in the form', async () => {
  const file = await photo('girl-1.jpg');
  const coloured = await sharp(await pngOf(await remove(file, {}, '?bgc=255,0,0'))).stats();
  expect(coloured.channels[3]?.min ?? 255).toBe(255);
  const plain = await sharp(await pngOf(await remove(file, { bgc: '255,0,0' }))).stats();
  expect(plain.channels[3]?.min).toBe(0);
});

test.for([
  ['a missing file', undefined, {}, ['body', 'file']],
  ['an unknown model', 'girl-1.jpg', { model: 'no-such-model' }, ['body', 'model']],
  ['a threshold out of range', 'girl-1.jpg', { af: '256' }, ['body', 'af']],
  ['a threshold that is no number', 'girl-1.jpg', { ab: 'ten' }, ['body', 'ab']],
  ['a flag that is neither yes nor no', 'girl-1.jpg', { om: 'perhaps' }, ['body', 'om']],
] as const)('answers 422 naming the field for %s', async ([, name, fields, loc]) => {
  const answer = await remove(name && (await photo(name)), fields);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ detail: [{ loc }] });
});

test('answers 500 in plain text for a damaged photo, and goes on working', async () => {
  const whole = await photo('girl-1.jpg');
  const answer = await remove(whole.subarray(0, 3_000));
  expect(answer.status).toBe(500);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  await pngOf(await remove(whole));
});

test('is up when GET /api answers 200', async () => {
  expect((await fetch(`${url}/api`)).status).toBe(200);
});

test('fails like a crashed server when told to, until told otherwise', async () => {
  await behave('500');
  expect((await fetch(`${url}/api`)).status).toBe(500);
  await behave('down');
  await expect(fetch(`${url}/api`)).rejects.toThrow();
  await behave('ok');
  expect((await fetch(`${url}/api`)).status).toBe(200);
});

test('takes a request and never answers it when told to hang', async () => {
  await behave('hang');
  await expect(fetch(`${url}/api`, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});
