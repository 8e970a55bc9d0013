import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildPhotoHost } from './app.ts';

const folder = path.join(import.meta.dirname, '../photos');

test('serves a photo byte for byte', async () => {
  await using app = await buildPhotoHost(folder);
  const answer = await app.inject('/car-1.jpg');
  expect(answer.headers['content-type']).toBe('image/jpeg');
  expect(answer.rawPayload.equals(await readFile(path.join(folder, 'car-1.jpg')))).toBe(true);
});

test.for(['/no-such.jpg', '/../package.json', '/%2e%2e/package.json'])('answers 404 for %s', async (url) => {
  await using app = await buildPhotoHost(folder);
  expect((await app.inject(url)).statusCode).toBe(404);
});
