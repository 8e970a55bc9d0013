import type { RemoveBgData, RemoveBgOptions, RemoveBgResult } from '@lanekeeper/contracts';
import type { Handler, HandlerContext } from '@lanekeeper/lanes';
import type { PhotoFetcher } from '@lanekeeper/photos';
import { inSpan } from '@lanekeeper/service-kit';
import { jobFailure } from '@lanekeeper/worker-kit';
import { withFullSize } from './image-library.ts';
import { imageName } from './image-name.ts';
import { cutOut } from './photo/cut-out.ts';
import { decodePhoto } from './photo/decode-photo.ts';
import type { Records } from './records/records.ts';
import type { RembgPool } from './rembg/rembg-pool.ts';
import { SingleFlight } from './single-flight.ts';
import type { Store, StoredImage } from './store/store.ts';

/** What removing a background takes. `model` is used when a job names none. */
export type RemoveBgParts = {
  fetcher: PhotoFetcher;
  rembg: Pick<RembgPool, 'removeBackground'>;
  store: Store;
  records: Records;
  model: NonNullable<RemoveBgOptions['model']>;
};

/** Percent done after each step. The result makes it 100. */
const progressAfter = { fetch: 10, decode: 25, mask: 75, store: 90 } as const;

/**
 * The handler of `remove-bg`: fetch the photo, have its background removed, store the result, put its URL into the
 * record. Every step may be repeated: an image that is in the store is not made again, and a record that holds it
 * already counts as written.
 */
export function createRemoveBg(parts: RemoveBgParts): Handler<RemoveBgData, RemoveBgResult> {
  const flights = new SingleFlight<StoredImage>();
  return async ({ data }, context) => {
    const { recordId, vendorId, photoUrl } = data;
    const record = await parts.records.readPhoto(recordId, vendorId, context.signal);
    if (record === undefined) throw jobFailure('RECORD_NOT_FOUND');
    const present = record.url === null ? undefined : parts.store.nameOf(record.url);
    if (record.url !== photoUrl && present === undefined) throw jobFailure('RECORD_CHANGED');

    const source = await inSpan('fetch photo', {}, () => parts.fetcher.fetch(photoUrl, context.signal), 'client');
    context.progress(progressAfter.fetch, 'photo fetched');
    const options = data.options ?? {};
    const name = imageName(source, 'remove-bg', options.model ?? parts.model, options);
    if (record.url !== photoUrl && present !== name) throw jobFailure('RECORD_CHANGED');

    const image = await flights.run(name, context.signal, () => findOrMake(parts, source, name, options, context));
    context.progress(progressAfter.store, 'image stored');
    if (present !== name) await replacePhoto(parts, data, image.url, context);
    return {
      success: true,
      recordId,
      photoUrl: present === name ? (record.url ?? image.url) : image.url,
      ...sizes(image),
    };
  };
}

/** The image that the store already has, or else a new one. */
async function findOrMake(
  { store, rembg, model }: RemoveBgParts,
  source: Buffer,
  name: string,
  options: RemoveBgOptions,
  { signal, progress }: HandlerContext,
): Promise<StoredImage> {
  const stored = await store.find(name, signal);
  if (stored) return stored;
  const photo = await inSpan('decode photo', {}, () => decodePhoto(source));
  progress(progressAfter.decode, 'photo checked');
  signal.throwIfAborted();
  const asked = options.model ?? model;
  const mask = await inSpan(
    'rembg',
    { 'lanekeeper.rembg.model': asked },
    () => rembg.removeBackground(photo.copy, asked, signal),
    'client',
  );
  progress(progressAfter.mask, 'background removed');
  const image = await inSpan('cut out', {}, () => withFullSize(signal, () => cutOut(photo, mask, options)));
  return await inSpan('store image', {}, () => store.put(name, image, signal), 'client');
}

async function replacePhoto(
  { records }: RemoveBgParts,
  { recordId, vendorId, photoUrl }: RemoveBgData,
  url: string,
  context: HandlerContext,
): Promise<void> {
  await context.assertOwned();
  const change = { recordId, vendorId, source: photoUrl, photoUrl: url };
  const outcome = await inSpan('write record', {}, () => records.replacePhoto(change, context.signal), 'client');
  if (outcome === 'missing') throw jobFailure('RECORD_NOT_FOUND');
  if (outcome === 'changed') throw jobFailure('RECORD_CHANGED');
}

const sizes = ({ width, height, bytes, format }: StoredImage) => ({ width, height, bytes, format });
