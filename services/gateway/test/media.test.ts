import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aGateway } from './a-gateway.ts';

let root: string;
let media: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gateway-media-'));
  media = path.join(root, 'media');
  await mkdir(path.join(media, 'v1'), { recursive: true });
  await writeFile(path.join(root, 'secret.png'), 'secret');
  await writeFile(path.join(media, 'v1', 'cut.png'), 'png bytes');
  await writeFile(path.join(media, 'v1', 'cut.webp'), 'webp bytes');
  await writeFile(path.join(media, 'v1', 'page.html'), '<script>');
  await writeFile(path.join(media, '.hidden'), 'hidden');
  await symlink('cut.png', path.join(media, 'v1', 'link.png'));
});
afterAll(() => rm(root, { recursive: true }));
const served = () => aGateway({}, { MEDIA_DIR: media });

test.each([
  ['cut.png', 'image/png'],
  ['cut.webp', 'image/webp'],
])('%s is served as %s, to be kept for ever', async (name, type) => {
  await using gateway = await served();
  const answer = await gateway.app.inject(`/media/v1/${name}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
  });
});

test('a page among the files cannot run scripts', async () => {
  await using gateway = await served();
  const answer = await gateway.app.inject('/media/v1/page.html');
  expect(answer.headers['content-security-policy']).toBe("default-src 'none'; sandbox");
});

test.each(['/media/', '/media', '/media/v1', '/media/v1/', '/media/.hidden', '/media/none.png'])(
  '%s shows nothing',
  async (url) => {
    await using gateway = await served();
    const answer = await gateway.app.inject(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
    expect(answer.body).not.toContain('cut.png');
  },
);

test.each([
  '/media/../secret.png',
  '/media/%2e%2e/secret.png',
  '/media/..%2fsecret.png',
  '/media/v1/../../secret.png',
  '/media/v1/..%2f..%2fsecret.png',
  '/media/..%5csecret.png',
  '/media/%252e%252e/secret.png',
  '/media//../secret.png',
  '/media/v1/cut.png%00.html',
  '/%2e%2e/secret.png',
])('%s does not leave the directory', async (raw) => {
  await using gateway = await served();
  const address = new URL(await gateway.app.listen({ host: '127.0.0.1', port: 0 }));
  const { status, body } = await rawGet(Number(address.port), raw);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body).not.toContain('secret\n');
  expect(JSON.parse(body)).toMatchObject({ status, code: expect.any(String) });
});

/** A GET whose path goes out as it is: fetch would resolve the dots first. */
function rawGet(port: number, target: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        body += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
