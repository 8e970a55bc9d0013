import type { EncodedImage } from '../photo/encode.ts';

/** An image in the store. Sizes in pixels and bytes. */
export type StoredImage = { url: string; width: number; height: number; bytes: number; format: string };

/** Where finished images go. Names come from `imageName`: equal names mean equal images, so that writing twice is harmless. */
export type Store = {
  /** The image of this name; undefined when there is none. @throws JobFailure `STORE_UNAVAILABLE`. */
  find: (name: string, signal: AbortSignal) => Promise<StoredImage | undefined>;
  /** Stores durably. @throws JobFailure `STORE_UNAVAILABLE` or `STORE_REJECTED`. */
  put: (name: string, image: EncodedImage, signal: AbortSignal) => Promise<StoredImage>;
  /** The name of the image that a URL of this store shows; undefined for any other URL. */
  nameOf: (url: string) => string | undefined;
};
