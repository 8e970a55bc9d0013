import { describe, expect, test } from 'vitest';
import { catalogueWorkload } from './catalogue-workload.ts';

describe('a workload of the catalogue', () => {
  const limits = { width: 3, fleetLimit: 3, timeoutMs: 1, attempts: 1, backoffMs: 1 };
  const { check } = catalogueWorkload('remove-bg', limits);

  test('accepts data that fit', () => {
    expect(check({ recordId: '1', vendorId: 'acme', photoUrl: 'https://example.com/a.jpg' })).toEqual([]);
  });

  test('says where data are wrong, and not what they are', () => {
    const faults = check({ recordId: '', vendorId: 'acme', photoUrl: 'secret' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).toMatch(/\/recordId/);
    expect(faults.join()).toMatch(/\/photoUrl/);
    expect(faults.join()).not.toContain('secret');
  });
});
