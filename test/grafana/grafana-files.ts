import { stringify } from 'yaml';
import { type Alert, alerts } from './alerts.ts';
import { dashboards } from './dashboards.ts';
import type { Dashboard, Panel } from './panels.ts';

/** The data source that grafana/otel-lgtm calls so. */
const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
const HEADER = '# Made by `node test/grafana/write-grafana.ts` from test/grafana/alerts.ts; a test keeps it true.\n';
const WIDTH = 12;
const HEIGHT = 8;

/** All files of deploy/grafana that are made from the lists here, by path. */
export function grafanaFiles(): Record<string, string> {
  return {
    ...Object.fromEntries(
      dashboards.map((dashboard) => [`dashboards/${dashboard.file}.json`, dashboardJson(dashboard)]),
    ),
    'alerts.yml': prometheusRules(),
    'provisioning/alerting/lanekeeper.yaml': grafanaRules(),
  };
}

function dashboardJson({ file, title, panels }: Dashboard): string {
  const dashboard = {
    uid: `lanekeeper-${file}`,
    title: `Lanekeeper: ${title}`,
    tags: ['lanekeeper'],
    schemaVersion: 41,
    editable: true,
    time: { from: 'now-3h', to: 'now' },
    refresh: '30s',
    templating: { list: [workloadVariable] },
    panels: panels.map(panelJson),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const workloadVariable = {
  name: 'workload',
  type: 'query',
  datasource: PROMETHEUS,
  query: { query: 'label_values(lanekeeper_workers, workload)', refId: 'workload' },
  includeAll: true,
  multi: true,
  refresh: 2,
  current: { text: 'All', value: '$__all' },
};

function panelJson({ title, unit, stat, queries }: Panel, index: number) {
  return {
    id: index + 1,
    title,
    type: stat ? 'stat' : 'timeseries',
    datasource: PROMETHEUS,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: PROMETHEUS,
      expr,
      legendFormat,
    })),
  };
}

const annotations = ({ summary, hint }: Alert) => ({ summary, description: hint });

/** For Prometheus and Mimir; the groups are also the `spec` of a PrometheusRule. */
function prometheusRules(): string {
  const rules = alerts.map((alert) => ({
    alert: alert.name,
    expr: alert.expr,
    for: alert.for,
    labels: { severity: alert.severity },
    annotations: annotations(alert),
  }));
  return HEADER + stringify({ groups: [{ name: 'lanekeeper', rules }] }, { lineWidth: 0 });
}

/** The same as alerts that Grafana itself watches. */
function grafanaRules(): string {
  const rules = alerts.map((alert) => ({
    uid: `lanekeeper-${alert.name}`,
    title: alert.name,
    condition: 'fires',
    for: alert.for,
    noDataState: 'OK',
    execErrState: 'Error',
    labels: { severity: alert.severity },
    annotations: annotations(alert),
    data: [
      {
        refId: 'found',
        relativeTimeRange: { from: 900, to: 0 },
        datasourceUid: PROMETHEUS.uid,
        model: { refId: 'found', expr: `count(${alert.expr}) or vector(0)`, instant: true },
      },
      {
        refId: 'fires',
        datasourceUid: '__expr__',
        model: { refId: 'fires', type: 'math', expression: '$found > 0' },
      },
    ],
  }));
  const group = { orgId: 1, name: 'lanekeeper', folder: 'Lanekeeper', interval: '1m', rules };
  return HEADER + stringify({ apiVersion: 1, groups: [group] }, { lineWidth: 0 });
}
