import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from './logger.ts';

/** Where NATS is and what to call this connection. */
export type NatsOptions = { url: string; name: string; log: Logger };

/**
 * Connects to NATS and stays connected: waits for a server that is not up yet and reconnects without end.
 * Credentials in the URL are used and never logged.
 */
export async function connectNats({ url, name, log }: NatsOptions): Promise<NatsConnection> {
  const { servers, user, pass } = parseServers(url);
  const nc = await connect({
    servers,
    name,
    ...(user === undefined ? {} : { user, pass: pass ?? '' }),
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    // A stack trace for every request, in case it fails, costs some 5 % of a busy service's time.
    noAsyncTraces: true,
  });
  void logStatus(nc, log);
  return nc;
}

/** Splits `nats://user:pass@a:4222,nats://b:4222` into what the client wants. */
export function parseServers(list: string): { servers: string[]; user?: string; pass?: string } {
  const urls = list.split(',').map((part) => new URL(part.includes('://') ? part.trim() : `nats://${part.trim()}`));
  const servers = urls.map((url) => url.host);
  const login = urls.find((url) => url.username !== '');
  if (!login) return { servers };
  return { servers, user: decodeURIComponent(login.username), pass: decodeURIComponent(login.password) };
}

async function logStatus(nc: NatsConnection, log: Logger): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect') log.warn({ nats: status.type }, 'NATS connection');
    else if (status.type === 'error') log.error({ err: status.error }, 'NATS error');
  }
}
