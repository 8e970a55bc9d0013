import { createPhotoFetcher, parseAllowedHosts } from '@lanekeeper/photos';
import { observeDisk, type ServiceContext } from '@lanekeeper/service-kit';
import { openDatabase } from '@lanekeeper/worker-kit';
import type { Kysely } from 'kysely';
import { type ImageWorkerConfig, rembgUrls } from './config.ts';
import { makeWarmUpPhoto } from './image-library.ts';
import { createRecords } from './records/records.ts';
import { type ImagesDatabase, imagesMigrations } from './records/records-schema.ts';
import { observeRembg } from './rembg/observe-rembg.ts';
import { RembgPool } from './rembg/rembg-pool.ts';
import type { RemoveBgParts } from './remove-bg.ts';
import { createLocalStore } from './store/local-store.ts';
import type { Store } from './store/store.ts';

/** The parts of the worker that talk to the outside, and the database itself for the readiness check. */
export type OpenParts = RemoveBgParts & { rembg: RembgPool; db: Kysely<ImagesDatabase> };

/** Opens what removing backgrounds takes; everything is released with the service. */
export async function openParts(config: ImageWorkerConfig, context: ServiceContext): Promise<OpenParts> {
  const { log, releasers } = context;
  const db = await openDatabase<ImagesDatabase>(config, context, { images: imagesMigrations });
  const fetcher = createPhotoFetcher({ allowedHosts: parseAllowedHosts(config.PHOTO_ALLOWED_HOSTS) });
  releasers.add('photo fetcher', () => fetcher.close());
  const rembg = new RembgPool({
    urls: rembgUrls(config.REMBG_URLS),
    model: config.REMBG_MODEL,
    warmUpImage: await makeWarmUpPhoto(),
    times: { requestMs: config.REMBG_TIMEOUT_MS },
    log,
  });
  releasers.add('rembg', () => rembg.close());
  observeRembg(rembg);
  if (config.STORE === 'local') observeDisk('media', config.MEDIA_DIR);
  return { db, fetcher, rembg, records: createRecords(db), store: await openStore(config), model: config.REMBG_MODEL };
}

async function openStore({ STORE, MEDIA_DIR, PUBLIC_URL }: ImageWorkerConfig): Promise<Store> {
  if (STORE === 'local') return createLocalStore({ directory: MEDIA_DIR, publicUrl: PUBLIC_URL });
  // The SDK reads CLOUDINARY_URL from the environment while it loads, and refuses to load when that is malformed.
  const { createCloudinaryStore } = await import('./store/cloudinary-store.ts');
  return createCloudinaryStore();
}
