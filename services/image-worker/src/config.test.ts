import { describe, expect, test } from 'vitest';
import { loadImageWorkerConfig, rembgUrls } from './config.ts';

const DATABASE_URL = 'mysql://user:password@127.0.0.1:3306/lanekeeper';

describe('the configuration', () => {
  test('needs nothing but the database', () => {
    const config = loadImageWorkerConfig({ DATABASE_URL });
    expect(config).toMatchObject({ PORT: 3002, STORE: 'local', REMBG_MODEL: 'isnet-general-use', REMOVE_BG_WIDTH: 3 });
    expect(rembgUrls(config.REMBG_URLS)).toHaveLength(3);
  });

  test('takes a list of rembg servers', () => {
    const { REMBG_URLS } = loadImageWorkerConfig({ DATABASE_URL, REMBG_URLS: 'http://a:7000 , https://b/' });
    expect(rembgUrls(REMBG_URLS)).toEqual(['http://a:7000', 'https://b/']);
  });

  test.each([
    ['REMBG_URLS', { REMBG_URLS: 'a:7000' }],
    ['REMBG_MODEL', { REMBG_MODEL: 'bria-rmbg' }],
    ['STORE', { STORE: 's3' }],
    ['CLOUDINARY_URL', { STORE: 'cloudinary' }],
    ['CLOUDINARY_URL', { STORE: 'cloudinary', CLOUDINARY_URL: 'https://cloudinary.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'ftp://x' }],
    ['WORKER_SLOTS', { WORKER_SLOTS: '-1' }],
  ])('names %s when it is wrong, and shows no value', (name, env) => {
    expect(() => loadImageWorkerConfig({ DATABASE_URL, ...env })).toThrow(name);
  });
});
