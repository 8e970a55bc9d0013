import { expect, it } from 'vitest';
import { sign } from './sign.ts';

const credential = { apiKey: 'demo-key-0001', secretKey: 'demo-secret-0001' };

it('reproduces the worked example', () => {
  expect(sign(credential, 1_700_000_000)).toEqual({
    'x-request-time': '1700000000',
    'dgi-api-key': 'demo-key-0001',
    'dgi-api-token': '13a48c0c54deba4b74e489c6eef09738cfe6acf1b5b5580722fa3dfbe2d9fe88',
  });
});

it('joins the parts with the separator of main dealers that want one', () => {
  expect(sign(credential, 1_700_000_000, ':')['dgi-api-token']).toBe(
    'c854e8ada88996414c9bb8779bdb61cc3a4ccee18b2ba1df136b088ca9c7e169',
  );
});

it('sends whole seconds', () => {
  expect(sign(credential, 1_700_000_000.999)['x-request-time']).toBe('1700000000');
});
