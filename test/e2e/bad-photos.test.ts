import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectCompleted, expectNothingLeft } from './expectations.ts';
import { eventsOf, readJobs } from './job-details.ts';
import { submitSingle, untilOver } from './old-client.ts';
import { newOrders, ordersFor, photosIn } from './records.ts';
import { type System, startSystem } from './system.ts';

// One at a time in a lane, so that the good photo behind a bad one is reached only when the bad one is out of its way.
const env = { REMOVE_BG_WIDTH: '1', REMOVE_BG_ATTEMPTS: '2', REMOVE_BG_BACKOFF_MS: '200' };
let system: System;
beforeAll(async () => {
  system = await startSystem({ env });
});
afterAll(() => system[Symbol.asyncDispose]());

const PRIVATE = 'The photo URL leads to a private or reserved address';
const UNSUPPORTED = (format: string) => `The image format ${format} is not supported`;

test.concurrent.for([
  ['a photo that is not there', '/missing', 'PHOTO_NOT_FOUND', 'The photo host answered 404 or 410', 1],
  ['a page instead of a photo', '/page.jpg', 'NOT_AN_IMAGE', 'What the photo URL returned is not an image', 1],
  ['an empty answer', '/empty.jpg', 'PHOTO_EMPTY', 'The photo host answered with an empty body', 1],
  ['a JPEG that is cut short', '/truncated.jpg', 'CORRUPT_IMAGE', 'The image is damaged or cut short', 1],
  ['a drawing', '/drawing.jpg', 'UNSUPPORTED_FORMAT', UNSUPPORTED('SVG'), 1],
  ['a HEIC photo', '/phone.jpg', 'UNSUPPORTED_FORMAT', UNSUPPORTED('HEIC'), 1],
  ['200 megapixels in 30 kB', '/bomb.png', 'PHOTO_TOO_MANY_PIXELS', 'The photo has more than 50 megapixels', 1],
  ['30 MB', '/huge.jpg', 'PHOTO_TOO_LARGE', 'The photo is larger than 25 MB', 1],
  ['a private address', 'http://127.0.0.1:9/secret.jpg', 'PHOTO_ADDRESS_FORBIDDEN', PRIVATE, 1],
  ['a redirect to a private address', '/redirect', 'PHOTO_ADDRESS_FORBIDDEN', PRIVATE, 1],
  ['a host that never answers', '/slow.jpg', 'PHOTO_TIMEOUT', 'The photo host was too slow', 2],
] as const)('%s fails its job and holds up nobody', { timeout: 60_000 }, async ([, place, code, reason, attempts]) => {
  const vendor = `vendor of ${place}`;
  const photoUrl = new URL(place, system.photos.url).href;
  const bad = await ordersFor(system, vendor, [photoUrl]);
  const good = await newOrders(system, vendor, 1);
  const jobIds: string[] = [];
  for (const order of [...bad, ...good]) jobIds.push(await submitSingle(system.url, order));

  await expectCompleted(system, good, jobIds.slice(1));
  expect(await untilOver(system.url, jobIds[0] as string)).toMatchObject({ state: 'failed', failedReason: reason });
  const [details] = await readJobs(system, jobIds.slice(0, 1));
  expect(details).toMatchObject({ state: 'failed', error: { code } });
  expect(details && eventsOf(details, 'started').length).toBe(attempts);
  expect(await photosIn(system, bad)).toEqual([photoUrl]);
});

test('nothing private was asked for, and nothing is left to do', async () => {
  expect(system.photos.seen.filter((request) => request.includes('secret'))).toEqual([]);
  await expectNothingLeft(system);
});
