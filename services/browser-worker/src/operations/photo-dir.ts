import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkHeader, detectFormat, type PhotoFetcher } from '@lanekeeper/photos';
import { makeScratchDir } from '../browser/scratch-dir.ts';

/** A listing's photos as files in a private temporary folder; `await using` removes it. */
export class PhotoDir implements AsyncDisposable {
  readonly #fetcher: PhotoFetcher;
  readonly #urls: readonly string[];
  readonly #dir: string;
  #files: Promise<string[]> | undefined;

  private constructor(fetcher: PhotoFetcher, urls: readonly string[], dir: string) {
    this.#fetcher = fetcher;
    this.#urls = urls;
    this.#dir = dir;
  }

  /** Makes the folder; nothing is fetched yet. */
  static async make(fetcher: PhotoFetcher, urls: readonly string[]): Promise<PhotoDir> {
    return new PhotoDir(fetcher, urls, await makeScratchDir());
  }

  /** Fetches and checks the photos, once; their files, in order. @throws JobFailure as of packages/photos. */
  fetch(signal: AbortSignal): Promise<string[]> {
    this.#files ??= this.#fetchAll(signal);
    return this.#files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  // One after the other: twenty photos of 25 MB at once would be half a gigabyte.
  async #fetchAll(signal: AbortSignal): Promise<string[]> {
    const files: string[] = [];
    for (const [at, url] of this.#urls.entries()) {
      const bytes = await this.#fetcher.fetch(url, signal);
      await checkHeader(bytes);
      const format = detectFormat(bytes);
      const file = path.join(this.#dir, `photo-${at + 1}.${format === 'jpeg' ? 'jpg' : format}`);
      await writeFile(file, bytes, { mode: 0o600 });
      files.push(file);
    }
    return files;
  }
}
