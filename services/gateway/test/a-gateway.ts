import { workloads } from '@lanekeeper/contracts';
import type { NewJob, WorkerReport } from '@lanekeeper/lanes';
import { fastify } from 'fastify';
import { createApp } from '../src/app.ts';
import { loadGatewayConfig } from '../src/config.ts';
import type { GatewayDeps } from '../src/deps.ts';
import type { Engine } from '../src/engine.ts';
import { noLimits } from '../src/limits/rate-limits.ts';
import { statusClient } from '../src/status/status-client.ts';

/** An engine that only keeps what was submitted; for tests of what the gateway asks of the engine. */
export type RecordingEngine = Engine & { submitted: NewJob[][]; workers: WorkerReport[]; fail: Error | undefined };

const refuse = async () => {
  throw new Error('the recording engine only takes submits');
};

/** See {@link RecordingEngine}. */
export function recordingEngine(): RecordingEngine {
  const engine: RecordingEngine = {
    submitted: [],
    workers: [],
    fail: undefined,
    async submit(jobs) {
      if (engine.fail) throw engine.fail;
      engine.submitted.push(jobs);
      const count = engine.submitted.flat().length - jobs.length;
      const stored = jobs.map(({ workload, lane }, index) => ({ jobId: `job-${count + index + 1}`, workload, lane }));
      return { jobs: stored, replayed: false };
    },
    cancel: refuse,
    cancelWhere: refuse,
    retry: refuse,
    resolve: refuse,
    listLanes: refuse,
    pause: refuse,
    resume: refuse,
    pingWorkers: async () => engine.workers,
    missing: async () => undefined,
  };
  return engine;
}

/** A gateway that does not listen, with its parts replaced as a test wants. No limits, and no status service unless given. */
export async function aGateway(parts: Partial<GatewayDeps> = {}, env: NodeJS.ProcessEnv = {}) {
  const config = loadGatewayConfig({
    DATABASE_URL: 'mysql://nobody@127.0.0.1:1/none',
    STATUS_URL: 'http://127.0.0.1:1',
    ...env,
  });
  const engine = recordingEngine();
  const deps: GatewayDeps = {
    config,
    engine,
    status: statusClient(config.STATUS_URL),
    latestStats: () => undefined,
    workloadLimits: { 'remove-bg': workloads['remove-bg'].limits },
    rateLimits: noLimits,
    checks: {},
    ...parts,
  };
  const app = await createApp(deps, fastify({ logger: false }).log);
  return { app, engine, deps, [Symbol.asyncDispose]: () => app.close() };
}

/** A POST for `inject`. */
export function post(url: string, payload: unknown, headers: Record<string, string> = {}) {
  return { method: 'POST' as const, url, payload: payload as object, headers };
}

export const single = { recordId: 'r1', photoUrl: 'https://photos.example/1.jpg', vendorId: 'v1' };

/** The body of a bulk with this many photos. */
export function bulkOf(count: number, changes: object = {}) {
  return {
    recordIds: Array.from({ length: count }, (_, index) => `r${index}`),
    photoUrls: Array.from({ length: count }, (_, index) => `https://photos.example/${index}.jpg`),
    vendorId: 'v1',
    ...changes,
  };
}
