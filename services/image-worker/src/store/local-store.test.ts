import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quarters } from '../../test/photos.ts';
import type { EncodedImage } from '../photo/encode.ts';
import { createLocalStore } from './local-store.ts';
import type { Store } from './store.ts';

const never = new AbortController().signal;
const name = `${'ab'.repeat(20)}.png`;
let directory: string;
let store: Store;
let image: EncodedImage;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lanekeeper-media-'));
  store = createLocalStore({ directory: path.join(directory, 'media'), publicUrl: 'http://127.0.0.1:3000/' });
  image = { data: await quarters(40, 30).png().toBuffer(), format: 'png', width: 40, height: 30 };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the local store', () => {
  test('finds nothing before anything is stored', async () => {
    expect(await store.find(name, never)).toBeUndefined();
  });

  test('stores an image under its name and finds it again', async () => {
    const stored = await store.put(name, image, never);
    expect(stored).toEqual({
      url: `http://127.0.0.1:3000/media/ab/${name}`,
      width: 40,
      height: 30,
      bytes: image.data.length,
      format: 'png',
    });
    expect(await store.find(name, never)).toEqual(stored);
    expect(await readFile(path.join(directory, 'media/ab', name))).toEqual(image.data);
  });

  test('lets several writers store the same image at once and leaves nothing else behind', async () => {
    await Promise.all(Array.from({ length: 8 }, () => store.put(name, image, never)));
    expect(await readdir(path.join(directory, 'media/ab'))).toEqual([name]);
  });

  test('knows its own URLs from others', () => {
    expect(store.nameOf(`http://127.0.0.1:3000/media/ab/${name}`)).toBe(name);
    expect(store.nameOf(`http://127.0.0.1:3000/media/cd/${name}`)).toBeUndefined();
    expect(store.nameOf(`https://photos.example/media/ab/${name}`)).toBeUndefined();
    expect(store.nameOf('http://127.0.0.1:3000/media/photo.png')).toBeUndefined();
  });

  test('fails in a way that can pass when it cannot write', async () => {
    const blocked = path.join(directory, 'blocked');
    await writeFile(blocked, 'a file where the folder should be');
    const broken = createLocalStore({ directory: blocked, publicUrl: 'http://127.0.0.1:3000' });
    const failure = expect.objectContaining({ code: 'STORE_UNAVAILABLE', retryable: true });
    await expect(broken.put(name, image, never)).rejects.toEqual(failure);
  });
});
