import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { jobFailure } from '@lanekeeper/worker-kit';
import sharp from 'sharp';
import type { EncodedImage } from '../photo/encode.ts';
import type { Store, StoredImage } from './store.ts';

/** Where files lie and under which URL the gateway serves them (`<publicUrl>/media/`). */
export type LocalStoreOptions = { directory: string; publicUrl: string };

const NAME = /^[0-9a-f]{40}\.(?:png|webp|jpeg)$/;

/**
 * A store in a directory, in folders by the name's first two letters. A file appears complete or not at all: it is
 * written aside, flushed to disk, and renamed.
 */
export function createLocalStore({ directory, publicUrl }: LocalStoreOptions): Store {
  const base = `${publicUrl.replace(/\/+$/, '')}/media/`;
  const place = (name: string) => `${name.slice(0, 2)}/${name}`;
  const describe = (name: string, image: Omit<StoredImage, 'url'>) => ({ url: base + place(name), ...image });
  return {
    find: async (name) => {
      const path = join(directory, place(name));
      const bytes = await sizeIfThere(path);
      if (bytes === undefined) return undefined;
      const { width, height, format } = await sharp(path).metadata();
      return describe(name, { width, height, bytes, format });
    },
    put: async (name, { data, width, height, format }, signal) => {
      signal.throwIfAborted();
      await writeWhole(join(directory, place(name)), data);
      return describe(name, { width, height, bytes: data.length, format });
    },
    nameOf: (url) => {
      const name = url.startsWith(base) ? url.slice(base.length).split('/').at(-1) : undefined;
      return name !== undefined && NAME.test(name) && url === base + place(name) ? name : undefined;
    },
  };
}

async function sizeIfThere(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw jobFailure('STORE_UNAVAILABLE', undefined, error);
  }
}

async function writeWhole(path: string, data: EncodedImage['data']): Promise<void> {
  const aside = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAndSync(aside, data);
    await rename(aside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined); // best effort: the first error is the one to report
    throw jobFailure('STORE_UNAVAILABLE', undefined, error);
  }
}

async function writeAndSync(path: string, data: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
