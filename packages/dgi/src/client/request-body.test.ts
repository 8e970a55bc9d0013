import { expect, it } from 'vitest';
import { moduleOf } from '../modules/module-table.ts';
import type { WindowRequest } from './dgi-types.ts';
import { requestBody } from './request-body.ts';

const environment = 'sandbox' as const;
const request: WindowRequest = {
  endpoint: { baseUrl: 'https://example.com/dgi-api/v1.3', environment, timeZone: 'Asia/Jakarta' },
  credential: { apiKey: 'k', secretKey: 's', environment },
  module: moduleOf('prsl_read'),
  from: '2026-11-01 00:00:00',
  to: '2026-11-07 23:59:59',
};
const range = { fromTime: request.from, toTime: request.to };

it('sends the range, the dealer if one is asked for, and filters that are used', () => {
  expect(JSON.parse(requestBody(request))).toEqual(range);
  const asked = { ...request, dealerId: '08138', filters: { noPO: ' SO/1 ' } };
  expect(JSON.parse(requestBody(asked))).toEqual({ ...range, dealerId: '08138', noPO: 'SO/1' });
  expect(JSON.parse(requestBody({ ...request, filters: { noPO: '' } }))).toEqual(range);
});

it('names the sales order filter of prsl as the server does', () => {
  const asked = {
    ...request,
    endpoint: { ...request.endpoint, prslFilter: 'noSO' as const },
    filters: { noPO: 'SO/1' },
  };
  expect(JSON.parse(requestBody(asked))).toEqual({ ...range, noSO: 'SO/1' });
});

it('refuses a filter that the module does not have', () => {
  expect(() => requestBody({ ...request, filters: { idSPK: 'x' } })).toThrow(
    expect.objectContaining({ code: 'DGI_FILTER', message: 'prsl_read has no filter idSPK; it has: noPO' }),
  );
});
