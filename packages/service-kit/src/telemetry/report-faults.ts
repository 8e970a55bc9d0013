import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** Makes faults of the telemetry itself, such as a receiver that does not answer, warnings in the service's log. */
export function reportFaults(log: Logger): void {
  const warn = (message: string) => log.warn({ fault: message }, 'telemetry has trouble');
  const silent = () => undefined;
  const logger = { error: warn, warn, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
