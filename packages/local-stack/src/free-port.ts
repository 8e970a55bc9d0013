import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port on loopback that nobody listens on: `preferred` if it is free, any other one if not (or if none is preferred).
 * Someone may still take it before it is used, so whoever binds it must be ready to try another.
 */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred && (await tryPort(preferred))) || (await tryPort(0)) || freePort();
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (isTaken(error)) return undefined;
    throw error;
  }
  const bound = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return bound;
}

// EACCES: a port below 1024 without the right to it.
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}
