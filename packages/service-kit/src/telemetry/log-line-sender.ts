import { type AnyValue, type Logger, SeverityNumber } from '@opentelemetry/api';

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};
/** Fields of a line that a log record has places of its own for. */
const OWN_PLACE = new Set(['level', 'time', 'msg', 'name', 'pid', 'hostname', 'trace_id', 'span_id', 'trace_flags']);
/**
 * Fields that stay in the service's own output: lanes and tenants can be people's names or addresses; a job is found by
 * its id.
 */
const KEPT_BACK = new Set(['lane', 'tenant', 'vendor', 'account']);

/** Sends lines of the log, as they were written (redacted), as log records; the active trace goes with them. */
export function logLineSender(logger: Pick<Logger, 'emit'>): (line: string) => void {
  return (line) => {
    const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    logger.emit({
      timestamp: new Date(String(time)),
      severityText: String(level),
      severityNumber: severities[String(level)] ?? SeverityNumber.UNSPECIFIED,
      body: String(msg ?? ''),
      attributes: Object.fromEntries(Object.entries(fields).flatMap(attributesOf)),
    });
  };
}

function attributesOf([name, value]: [string, unknown]): [string, AnyValue][] {
  if (OWN_PLACE.has(name) || KEPT_BACK.has(name)) return [];
  if (name === 'err' && typeof value === 'object' && value !== null) return exception(value);
  if (typeof value === 'object') return [[name, JSON.stringify(value)]];
  return [[name, value as AnyValue]];
}

function exception({
  type,
  message,
  stack,
}: {
  type?: unknown;
  message?: unknown;
  stack?: unknown;
}): [string, string][] {
  return [
    ['exception.type', String(type ?? 'Error')],
    ['exception.message', String(message ?? '')],
    ['exception.stacktrace', String(stack ?? '')],
  ];
}
