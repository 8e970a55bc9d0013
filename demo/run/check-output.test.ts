import path from 'node:path';
import type { RemoveBgResult } from '@lanekeeper/contracts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPhotoHost } from '../photo-host/app.ts';
import { faultsOf, inspectOutput } from './check-output.ts';

let app: FastifyInstance;
let url: string;
beforeAll(async () => {
  app = await buildPhotoHost(path.join(import.meta.dirname, '../photos'));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

const result = (size: { width: number; height: number; bytes: number }): RemoveBgResult => ({
  success: true,
  recordId: 'r',
  photoUrl: 'http://127.0.0.1/x.png',
  format: 'png',
  ...size,
});

test('finds nothing wrong with a real cut-out that is what the job says', async () => {
  const output = await inspectOutput(`${url}/girl-1.cutout.png`);
  expect(faultsOf(output, result(output))).toEqual([]);
});

test('finds a photo that still has its background', async () => {
  const output = await inspectOutput(`${url}/girl-1.jpg`);
  expect(faultsOf(output, result(output))).toEqual([expect.stringContaining('0 % of it is transparent')]);
});

test('finds a result whose size is not what the job says', async () => {
  const output = await inspectOutput(`${url}/girl-1.cutout.png`);
  const faults = faultsOf(output, result({ ...output, width: output.width + 1, bytes: 1 }));
  expect(faults).toEqual([expect.stringContaining('its width is'), expect.stringContaining('its bytes is')]);
});

test('a result that is not there is an error that names its address', async () => {
  await expect(inspectOutput(`${url}/gone.png`)).rejects.toThrow('/gone.png answered 404');
});
