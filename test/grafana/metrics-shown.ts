import { alerts } from './alerts.ts';
import { dashboards } from './dashboards.ts';

/** The metrics that dashboards and alerts ask for, as Prometheus has them (a histogram without `_bucket` and the like). */
export function metricsShown(): Set<string> {
  const queries = [
    ...dashboards.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(([promql]) => promql))),
    ...alerts.map(({ expr }) => expr),
  ];
  const names = queries.flatMap((promql) => promql.match(/\blanekeeper_\w+/g) ?? []);
  return new Set(names.map((name) => name.replace(/_(bucket|count|sum)$/, '')));
}
