import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Paths whose values never reach a log, wherever they stand in a logged object. */
const SECRET_KEYS = ['password', 'secret', 'token', 'authorization', 'cookie', 'apiKey', 'api_key', 'storageState'];
const redacted = [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`), ...SECRET_KEYS.map((key) => `*.*.${key}`)];

/** A structured logger that writes one JSON line per record to standard output, secrets redacted by path. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    name: service,
    level,
    redact: { paths: redacted, censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
