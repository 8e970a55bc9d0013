import { randomUUID } from 'node:crypto';
import type { FetchData, FetchResult } from '@lanekeeper/contracts';
import { takeRequest } from '@lanekeeper/dealers';
import { createDgiClient, type DgiClient } from '@lanekeeper/dgi';
import type { HandlerContext } from '@lanekeeper/lanes';
import { readChunkLimits } from '@lanekeeper/service-kit';
import { createFetch } from '../src/fetch/create-fetch.ts';
import type { FetchParts } from '../src/fetch/fetch-parts.ts';
import type { TestDatabase } from './fetch-database.ts';

/** A handler of its own over a database, and what its jobs said. */
export type TestFetch = {
  /** Runs one attempt. */
  run: (
    data: FetchData,
    options?: { jobId?: string; attempt?: number; context?: Partial<HandlerContext> },
  ) => Promise<FetchResult>;
  readonly notes: string[];
  readonly warnings: unknown[];
};

/** Makes one. `changes` replaces parts of it. */
export function createTestFetch(
  database: TestDatabase,
  changes: Partial<FetchParts> & { client?: DgiClient } = {},
): TestFetch {
  const { db, box, dealers } = database;
  const accesses = new WeakMap<object, Parameters<typeof takeRequest>[1]>();
  const client = createDgiClient({
    deadlineMs: 20_000,
    beforeRequest: async ({ endpoint }, signal) => {
      const access = accesses.get(endpoint);
      if (access) await takeRequest(db as never, access, signal);
    },
  });
  const handle = createFetch({
    db,
    box,
    dealers,
    client,
    pace: (access) => void accesses.set(access.endpoint, access),
    limits: () => readChunkLimits(db),
    rawTtlMs: 60_000,
    ...changes,
  });
  const notes: string[] = [];
  const warnings: unknown[] = [];
  return {
    notes,
    warnings,
    run: (data, { jobId = randomUUID(), attempt = 1, context = {} } = {}) =>
      handle(
        {
          jobId,
          workload: 'fetch',
          lane: data.dealerId,
          tenant: data.dealerId,
          submittedAt: new Date().toISOString(),
          data,
        },
        {
          signal: new AbortController().signal,
          attempt,
          intents: [],
          progress: (_percent, note) => void (note && notes.push(note)),
          intend: async () => {},
          assertOwned: async () => {},
          log: { debug() {}, info() {}, warn: (fields) => void warnings.push(fields), error() {} },
          ...context,
        },
      ),
  };
}
