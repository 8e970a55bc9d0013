import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { ForbiddenAddressError, guardedLookup, isPublicAddress, literalAddress } from './address-guard.ts';

const forbidden = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'link-local': ['169.254.169.254', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  'shared (CGNAT)': ['100.64.0.1', '100.127.255.255'],
  'IETF and documentation': ['192.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255'],
  unspecified: ['::'],
  'unique local': ['fc00::1', 'fd12:3456:789a::1'],
  'site-local': ['fec0::1'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  'IPv4-compatible': ['::127.0.0.1', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1'],
  '6to4': ['2002:7f00:1::', '2002:808:808::1'],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::1'],
  Teredo: ['2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001::1'],
  'ORCHID and discard': ['2001:20::1', '100::1'],
  'unassigned IPv6': ['4000::1', 'a000::1', '5f00::1'],
  'not an address': ['', 'example.com', '300.1.1.1', '1.2.3.4/8'],
};

describe('the address guard', () => {
  test.each(Object.entries(forbidden))('refuses %s addresses', (_family, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('lets public addresses through', () => {
    const addresses = [
      '8.8.8.8',
      '1.1.1.1',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '2606:4700::1111',
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test('recognises every way to write a literal address', () => {
    const written = ['http://127.1/', 'http://0x7f.0.0.1/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/'];
    const literals = written.map((url) => literalAddress(new URL(url)));
    expect(literals).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1', '::ffff:7f00:1']);
    expect(literalAddress(new URL('http://example.com/'))).toBeUndefined();
  });
});

describe('a guarded lookup', () => {
  const lookup = (addresses: LookupAddress[], all: boolean) =>
    new Promise((resolve, reject) => {
      const resolver = guardedLookup((_host, _options, done) => done(null, addresses));
      resolver('photos.example', { all }, (error, found) => (error ? reject(error) : resolve(found)));
    });
  const secret = { address: '10.0.0.7', family: 4 };
  const open = { address: '8.8.8.8', family: 4 };

  test('hands out only the public addresses of a name', async () => {
    expect(await lookup([secret, open], true)).toEqual([open]);
    expect(await lookup([secret, open], false)).toBe(open.address);
  });

  test('fails for a name that has private addresses only', async () => {
    await expect(lookup([secret], true)).rejects.toThrow(ForbiddenAddressError);
    await expect(lookup([secret], false)).rejects.toThrow(ForbiddenAddressError);
  });
});
