import { type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import { traceIds } from './telemetry/trace-ids.ts';

export type { Logger } from 'pino';

/** Paths whose values never reach a log, wherever they stand in a logged object. */
const SECRET_KEYS = ['password', 'secret', 'token', 'authorization', 'cookie', 'apiKey', 'api_key', 'storageState'];
const redacted = [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`), ...SECRET_KEYS.map((key) => `*.*.${key}`)];

/** What may stand in a text without a path: addresses of people, and logins in URLs. */
const ADDRESS = /[^\s"\\<>@:/=]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu;
const LOGIN = /(\w:\/\/)[^\s"@/]+@/g;

/**
 * A structured logger that writes one JSON line per record to standard output, with the ids of the active trace. Secrets
 * are redacted by path, e-mail addresses and logins in URLs wherever they stand. `alsoTo` gets each line too.
 */
export function createLogger(service: string, level: string, alsoTo?: (line: string) => void): Logger {
  const options = {
    name: service,
    level,
    redact: { paths: redacted, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: stdTimeFunctions.isoTime,
    mixin: traceIds,
    hooks: { streamWrite: withoutAddresses },
  };
  if (!alsoTo) return pino(options);
  const least = 'trace'; // the logger's own level decides
  return pino(
    options,
    multistream([
      { level: least, stream: process.stdout },
      { level: least, stream: { write: alsoTo } },
    ]),
  );
}

function withoutAddresses(line: string): string {
  return line.includes('@') ? line.replace(LOGIN, '$1[redacted]@').replace(ADDRESS, '[address]') : line;
}
