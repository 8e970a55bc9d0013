import { expect, it } from 'vitest';
import { parseDelivery } from '../src/delivery.ts';

it('reads the reply subject of a delivery, with and without a domain', () => {
  const info = { deliveries: 2, streamSeq: 15, storedAt: 1_795_311_183_656 };
  expect(parseDelivery('$JS.ACK.C.l1.2.15.7.1795311183656410163.4')).toEqual(info);
  expect(parseDelivery('$JS.ACK.hub.HASH.C.l1.2.15.7.1795311183656410163.4.rnd')).toEqual(info);
});

it('refuses what is no such subject', () => {
  expect(() => parseDelivery(undefined)).toThrow(RangeError);
  expect(() => parseDelivery('_INBOX.a.b')).toThrow(RangeError);
});
