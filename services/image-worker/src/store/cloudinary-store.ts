import { type Backoff, LinkedAbort, retry } from '@lanekeeper/service-kit';
import { v2 as cloudinary, type UploadApiOptions, type UploadApiResponse } from 'cloudinary';
import { canPass, cloudinaryFailure, readCloudinaryError } from './cloudinary-error.ts';
import type { Store, StoredImage } from './store.ts';

/**
 * Settings of the Cloudinary store. Account and host come from `CLOUDINARY_URL`, which the SDK itself reads when it is
 * loaded. Times in milliseconds.
 */
export type CloudinaryStoreOptions = {
  /** Folder of the public ids. */
  folder?: string;
  /** One call, from start to end; the SDK's own timeout is of socket inactivity only. */
  deadlineMs?: number;
  maxTries?: number;
  backoff?: Backoff;
};

/** A store in Cloudinary. Images have the hash as public id; the URL is the versioned one, never a stale copy's. */
export function createCloudinaryStore({
  folder = 'lanekeeper',
  deadlineMs = 15_000,
  maxTries = 4,
  backoff = { firstMs: 500, maxMs: 4_000 },
}: CloudinaryStoreOptions = {}): Store {
  const call = async (act: () => Promise<UploadApiResponse>, signal: AbortSignal) => {
    const passing = (error: unknown) => canPass(readCloudinaryError(error));
    return await retry(() => withDeadline(act, deadlineMs, signal), { canPass: passing, backoff, signal, maxTries });
  };
  const idOf = (name: string) => `${folder}/${name.replace(/\.[a-z]+$/, '')}`;
  const common = { type: 'upload', signature_algorithm: 'sha256', timeout: deadlineMs };
  return {
    find: async (name, signal) => {
      try {
        return describe(await call(() => cloudinary.uploader.explicit(idOf(name), { ...common }), signal));
      } catch (error) {
        signal.throwIfAborted();
        if (readCloudinaryError(error).status === 404) return undefined;
        throw cloudinaryFailure(error);
      }
    },
    put: async (name, { data, format }, signal) => {
      const options = { ...common, public_id: idOf(name), format, overwrite: true, invalidate: true };
      try {
        return describe(await call(() => upload(data, options as UploadApiOptions), signal));
      } catch (error) {
        signal.throwIfAborted();
        throw cloudinaryFailure(error);
      }
    },
    nameOf: (url) => nameOf(url, folder),
  };
}

function upload(data: Buffer, options: UploadApiOptions): Promise<UploadApiResponse> {
  return new Promise((resolve, reject) => {
    const stream = cloudinary.uploader.upload_stream({ ...options, resource_type: 'image' }, (error, result) =>
      result && !error ? resolve(result) : reject(error ?? new Error('no answer')),
    );
    stream.on('error', reject);
    stream.end(data);
  });
}

/** Ends waiting at the deadline or when the signal aborts; the SDK offers no way to stop the request itself. */
async function withDeadline<T>(act: () => Promise<T>, deadlineMs: number, signal: AbortSignal): Promise<T> {
  using ended = new LinkedAbort([signal], deadlineMs);
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(new Error(`no answer within ${deadlineMs} ms`));
  ended.signal.addEventListener('abort', stop, { once: true });
  if (ended.signal.aborted) stop();
  return await Promise.race([act(), stopped.promise]);
}

function describe({ secure_url, width, height, bytes, format }: UploadApiResponse): StoredImage {
  return { url: secure_url, width, height, bytes, format: format === 'jpg' ? 'jpeg' : format };
}

/** `https://res.cloudinary.com/<cloud>/image/upload/v<version>/<folder>/<hash>.<format>` */
function nameOf(url: string, folder: string): string | undefined {
  const cloud = cloudinary.config().cloud_name;
  const [, rest] = url.split(`/${cloud}/image/upload/`);
  const match = rest?.match(/^(?:v\d+\/)?(.+)\/([0-9a-f]{40})\.(png|webp|jpe?g)$/);
  if (!match || match[1] !== folder) return undefined;
  return `${match[2]}.${match[3] === 'jpg' ? 'jpeg' : match[3]}`;
}
