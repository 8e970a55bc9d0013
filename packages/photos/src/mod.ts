/** Photos from the outside: fetched without reaching where nobody may, and checked before anything else touches them. */
export * from './allowed-hosts.ts';
export * from './check-photo.ts';
export * from './detect-format.ts';
export { createPhotoFetcher, type FetchLimits, type PhotoFetcher } from './fetch-photo.ts';
