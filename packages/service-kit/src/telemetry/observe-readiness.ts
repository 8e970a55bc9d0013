import { setTimeout as delay } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { findMissing, type ReadinessChecks } from '../readiness-checks.ts';

/** A check that takes longer counts as failed: a reader of metrics does not wait for it, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Makes a service's readiness checks a metric: 1 when what is checked is there, else 0, by the name of the check. */
export function observeReadiness(checks: ReadinessChecks): void {
  const ready = metrics.getMeter('lanekeeper.readiness').createObservableGauge('lanekeeper.ready', {
    description: 'Whether what a readiness check looks at is there (1) or not (0)',
  });
  ready.addCallback(async (result) => {
    const missing = await findMissing(patient(checks));
    for (const check of Object.keys(checks)) result.observe(check in missing ? 0 : 1, { check });
  });
}

function patient(checks: ReadinessChecks): ReadinessChecks {
  const limited = Object.entries(checks).map(([name, check]) => [
    name,
    async () => {
      const done = new AbortController();
      const late = delay(PATIENCE_MS, 'no answer in time', { signal: done.signal }).catch(() => undefined);
      const checked = (async () => check())().finally(() => done.abort());
      return Promise.race([checked, late]);
    },
  ]);
  return Object.fromEntries(limited);
}
