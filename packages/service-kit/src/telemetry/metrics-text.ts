import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

/** The content type of {@link metricsText}. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const serializer = new PrometheusSerializer('', false, undefined, false, true);
let reader: PrometheusExporter | undefined;

/** A reader of this process's metrics, for {@link metricsText}. It opens no port of its own. */
export function prometheusReader(): PrometheusExporter {
  reader = new PrometheusExporter({ preventServerStart: true });
  return reader;
}

/** This process's metrics in Prometheus' text format; none before startTelemetry. */
export async function metricsText(): Promise<string> {
  if (!reader) return '';
  const { resourceMetrics, errors } = await reader.collect();
  // An instrument that could not be read (NATS is away) is left out; the others count.
  const faults = errors.map(() => '# an instrument could not be read\n').join('');
  return `${faults}${serializer.serialize(resourceMetrics)}`;
}
