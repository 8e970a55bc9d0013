import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
import { prometheusReader } from './metrics-text.ts';
import type { Sending } from './send-telemetry.ts';
import { parsePairs, type TelemetryConfig } from './telemetry-variables.ts';

/** How long a stop waits for a receiver that does not answer, in milliseconds. */
const LAST_SENDING_MS = 2_000;

/** What a running service's telemetry can do: `writeLog` sends a line of the log; `stop` sends what is left, briefly. */
export type Telemetry = { writeLog?: (line: string) => void; stop: () => Promise<void> };

/**
 * Starts a process's telemetry: metrics for `/metrics` always; sending traces, metrics and logs by OTLP when there is an
 * endpoint. What sends is loaded only then, so that it costs nothing otherwise. To be called once, before anything makes
 * an instrument.
 */
export async function startTelemetry(service: string, config: TelemetryConfig): Promise<Telemetry> {
  const resource = resourceOf(service, config);
  const sending = await startSending(resource, config);
  const readers: IMetricReader[] = [prometheusReader(), ...(sending ? [sending.metricReader] : [])];
  const meters = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(meters);
  if (!sending) return { stop: () => meters.shutdown() };
  return {
    writeLog: sending.writeLog,
    stop: async () => {
      const sent = Promise.allSettled([meters.shutdown(), sending.stop()]);
      await Promise.race([sent, delay(LAST_SENDING_MS, undefined, { ref: false })]);
    },
  };
}

async function startSending(resource: Resource, config: TelemetryConfig): Promise<Sending | undefined> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === '' || config.OTEL_SDK_DISABLED) return undefined;
  const { sendTelemetry } = await import('./send-telemetry.ts');
  return sendTelemetry(resource, config);
}

function resourceOf(service: string, config: TelemetryConfig): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.namespace': 'lanekeeper',
      'service.instance.id': `${hostname()}-${process.pid}`,
      ...parsePairs(config.OTEL_RESOURCE_ATTRIBUTES),
      'service.name': config.OTEL_SERVICE_NAME || service,
    }),
  );
}
