import { expect, vi } from 'vitest';
import { untilOver } from './old-client.ts';
import type { Permits } from './permits.ts';
import type { System } from './system.ts';

/** Lets three removals through, waits until so many of the jobs are over, and until the next three are at work. */
export async function advance(
  { url }: System,
  removals: Permits,
  jobIds: readonly string[],
  over: number,
): Promise<void> {
  removals.give(3);
  const enough = Promise.withResolvers<void>();
  let seen = 0;
  for (const id of jobIds) void untilOver(url, id).then(() => ++seen >= over && enough.resolve());
  await enough.promise;
  await vi.waitFor(() => expect(removals.waiting).toBe(3), { timeout: 20_000 });
}
