/** A panel of a dashboard: what it shows, and by which queries. `unit` is Grafana's. */
export type Panel = {
  title: string;
  unit: string;
  /** A number of now instead of a line over time. */
  stat?: boolean;
  /** Queries (PromQL) with the legend of what they give. */
  queries: readonly (readonly [promql: string, legend: string])[];
};

/** A dashboard: its file's name, title, and panels in their order. */
export type Dashboard = { file: string; title: string; panels: readonly Panel[] };

const WORKLOAD = '{workload=~"$workload"}';

/** A metric over time, by workload. */
export function lines(title: string, metric: string, unit = 'short', by = 'workload', filter = WORKLOAD): Panel {
  return { title, unit, queries: [[`max by (${by}) (${metric}${filter})`, legend(by)]] };
}

/** What a counter counts in a second. */
export function rate(title: string, metric: string, by: string, filter = WORKLOAD): Panel {
  return { title, unit: 'ops', queries: [[`sum by (${by}) (rate(${metric}${filter}[$__rate_interval]))`, legend(by)]] };
}

/** Median and 95th percentile of a histogram of seconds. */
export function percentiles(title: string, histogram: string, by: string, filter = WORKLOAD): Panel {
  const of = (q: number) =>
    `histogram_quantile(${q}, sum by (le, ${by}) (rate(${histogram}_bucket${filter}[$__rate_interval])))`;
  return {
    title,
    unit: 's',
    queries: [
      [of(0.5), `p50 ${legend(by)}`],
      [of(0.95), `p95 ${legend(by)}`],
    ],
  };
}

/** A number of now. */
export function stat(title: string, promql: string, unit = 'short', by = ''): Panel {
  return { title, unit, stat: true, queries: [[promql, by ? legend(by) : title]] };
}

function legend(by: string): string {
  return by
    .split(',')
    .map((label) => `{{${label.trim()}}}`)
    .join(' ');
}
