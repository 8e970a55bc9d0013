import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type HttpHost, readBody, startHost } from '@lanekeeper/local-stack';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { quarters } from '../../test/photos.ts';
import type { EncodedImage } from '../photo/encode.ts';
import type { Store } from './store.ts';

const SECRET = 'a-secret';
const never = new AbortController().signal;
const name = `${'0f'.repeat(20)}.png`;
type Answer = (response: ServerResponse) => unknown;

/** What the upload API got. */
let calls: { action: string; fields: Record<string, string>; file?: Buffer; signed: boolean }[] = [];
/** Answers to give first; then it works as it should. */
let trouble: Answer[] = [];
const stored = new Map<string, { bytes: number }>();
let host: HttpHost;
let store: Store;
let image: EncodedImage;

beforeAll(async () => {
  host = await startHost((request, response) => {
    void readBody(request).then(async (body) => {
      const action = request.url?.split('/').at(-1) ?? '';
      const { fields, file } = await readFields(body, request.headers['content-type'] ?? '');
      calls.push({ action, fields, ...(file ? { file } : {}), signed: isSigned(fields) });
      const next = trouble.shift();
      if (next) return next(response);
      return answer(action, fields, file, response);
    });
  });
  // The SDK reads this once, while it is loaded: http or https is chosen then.
  process.env.CLOUDINARY_URL = `cloudinary://key:${SECRET}@cloud?upload_prefix=${host.url}`;
  const { createCloudinaryStore } = await import('./cloudinary-store.ts');
  store = createCloudinaryStore({ deadlineMs: 500, maxTries: 3, backoff: { firstMs: 1, maxMs: 2 } });
  image = { data: await quarters(40, 30).png().toBuffer(), format: 'png', width: 40, height: 30 };
});
afterAll(() => host.close());
beforeEach(() => {
  calls = [];
  trouble = [];
});

async function readFields(body: Buffer, type: string) {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, string> = {};
  let file: Buffer | undefined;
  for (const [key, value] of form) {
    if (typeof value === 'string') fields[key] = value;
    else file = Buffer.from(await value.arrayBuffer());
  }
  return { fields, file };
}

/** The documented signature: the sorted fields and the secret, hashed; without file, key and signature. */
function isSigned({ signature, api_key, ...signed }: Record<string, string>): boolean {
  const text = Object.keys(signed)
    .sort()
    .map((key) => `${key}=${signed[key]}`)
    .join('&');
  const expected = createHash('sha256')
    .update(text + SECRET)
    .digest('hex');
  return api_key === 'key' && signature === expected;
}

function answer(action: string, fields: Record<string, string>, file: Buffer | undefined, response: ServerResponse) {
  const id = fields.public_id ?? '';
  if (action === 'upload' && file) stored.set(id, { bytes: file.length });
  const there = stored.get(id);
  if (!there) return error(404, 'Resource not found')(response);
  const body = { public_id: id, width: 40, height: 30, format: 'png', secure_url: urlOf(id), bytes: there.bytes };
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const urlOf = (id: string) => `https://res.cloudinary.com/cloud/image/upload/v1234/${id}.png`;
const error =
  (status: number, message: string): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
const failure = (code: string, retryable: boolean) => expect.objectContaining({ name: 'JobFailure', code, retryable });

describe('the Cloudinary store', () => {
  test('finds nothing before anything is stored', async () => {
    expect(await store.find(name, never)).toBeUndefined();
    expect(calls).toMatchObject([{ action: 'explicit', signed: true }]);
  });

  test('uploads the image, signed, under its hash, and finds it again', async () => {
    const result = await store.put(name, image, never);
    const id = `lanekeeper/${'0f'.repeat(20)}`;
    expect(result).toEqual({ url: urlOf(id), width: 40, height: 30, bytes: image.data.length, format: 'png' });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      action: 'upload',
      signed: true,
      fields: { public_id: id, overwrite: '1', invalidate: '1' },
    });
    expect(calls[0]?.file).toEqual(image.data);
    expect(await store.find(name, never)).toEqual(result);
    expect(store.nameOf(result.url)).toBe(name);
  });

  test.each([
    ['420', error(420, 'Rate limited')],
    ['429', error(429, 'Too many requests')],
    ['500', error(500, 'Internal')],
    ['503 without JSON', (response: ServerResponse) => response.writeHead(503).end('<html>')],
    ['499', error(499, 'Client closed')],
    ['a broken connection', (response: ServerResponse) => response.destroy()],
    ['silence', () => undefined],
  ] satisfies [string, Answer][])('tries again after %s', async (_what, answerOnce) => {
    trouble = [answerOnce];
    expect(await store.put(name, image, never)).toMatchObject({ width: 40 });
    expect(calls).toHaveLength(2);
    expect(calls[1]?.file).toEqual(image.data);
  });

  test('gives up in a way that can pass after three tries', async () => {
    trouble = [error(500, 'a'), error(420, 'b'), error(503, 'c')];
    await expect(store.put(name, image, never)).rejects.toEqual(failure('STORE_UNAVAILABLE', true));
    expect(calls).toHaveLength(3);
    trouble = [error(500, 'a'), error(500, 'b'), error(500, 'c')];
    await expect(store.find(name, never)).rejects.toEqual(failure('STORE_UNAVAILABLE', true));
  });

  test.each([400, 401, 403])('does not try again after %i', async (status) => {
    trouble = [error(status, 'Invalid Signature abc. String to sign: secret')];
    await expect(store.put(name, image, never)).rejects.toEqual(failure('STORE_REJECTED', false));
    expect(calls).toHaveLength(1);
  });

  test('keeps what Cloudinary says out of the failure’s message', async () => {
    trouble = [error(400, 'String to sign: secret')];
    await expect(store.put(name, image, never)).rejects.not.toThrow('secret');
  });

  test('stops with the reason of the signal that stops it', async () => {
    trouble = [() => undefined];
    const stop = new AbortController();
    const storing = store.put(name, image, stop.signal);
    stop.abort(new Error('fenced out'));
    await expect(storing).rejects.toThrow('fenced out');
  });

  test('knows its own URLs from others', () => {
    const hash = '0f'.repeat(20);
    const base = 'https://res.cloudinary.com';
    expect(store.nameOf(`${base}/cloud/image/upload/v99/lanekeeper/${hash}.png`)).toBe(`${hash}.png`);
    expect(store.nameOf(`${base}/cloud/image/upload/lanekeeper/${hash}.jpg`)).toBe(`${hash}.jpeg`);
    expect(store.nameOf(`${base}/cloud/image/upload/v99/other/${hash}.png`)).toBeUndefined();
    expect(store.nameOf(`${base}/cloud/image/upload/v99/lanekeeper/photo.png`)).toBeUndefined();
    expect(store.nameOf(`${base}/someone-else/image/upload/v99/lanekeeper/${hash}.png`)).toBeUndefined();
  });
});
