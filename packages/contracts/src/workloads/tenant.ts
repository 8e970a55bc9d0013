/** Whose id the lane of a workload is. A vendor and a dealer may have the same id, and are different owners. */
const ownerKinds: Readonly<Record<string, string>> = {
  'remove-bg': 'vendor',
  'crop-face': 'vendor',
  browser: 'account',
  fetch: 'dealer',
};

/** The owner of a lane, `vendor:acme`: what jobs are stored with, and reads are limited by. */
export function tenantOf(workload: string, lane: string): string {
  return `${ownerKinds[workload] ?? workload}:${lane}`;
}
