import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort, type NatsServer, startNats } from '../src/mod.ts';

let dir: string;
const started: NatsServer[] = [];
const listeners: Server[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'local-nats-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  for (const listener of listeners.splice(0)) listener.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(options: { port?: number; name?: string; syncInterval?: string } = {}): Promise<NatsServer> {
  const { name = 'one', ...rest } = options;
  const server = await startNats({ dir: path.join(dir, name), ...rest });
  started.push(server);
  return server;
}

test('keeps acknowledged messages and its address through kill -9 and restart', async () => {
  const server = await start();
  const { url, pid } = server;
  const before = await connect({ servers: url, reconnect: false });
  await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
  await jetstream(before).publish('kept', 'here');

  const exit = await server.kill('SIGKILL');
  expect(exit.signal).toBe('SIGKILL');
  await before.closed();
  await server.restart();

  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  const after = await connect({ servers: url });
  const info = await (await jetstreamManager(after)).streams.info('KEPT');
  expect(info.state.messages).toBe(1);
  await after.close();
});

test('runs the shipped configuration: every write is on disk before it is acknowledged', async () => {
  const server = await start();
  const varz = (await (await fetch(`${server.monitorUrl}/varz`)).json()) as {
    jetstream: { config: { sync_always?: boolean } };
  };
  expect(varz.jetstream.config.sync_always).toBe(true);
});

test('writes to disk less often only when asked to', async () => {
  const server = await start({ syncInterval: '2m' });
  const varz = (await (await fetch(`${server.monitorUrl}/varz`)).json()) as {
    jetstream: { config: { sync_always?: boolean } };
  };
  expect(varz.jetstream.config.sync_always).not.toBe(true);
});

test('takes the preferred port when it is free and gives way when it is taken', async () => {
  const preferred = await freePort();
  const first = await start({ port: preferred, name: 'first' });
  const second = await start({ port: preferred, name: 'second' });
  expect(first.port).toBe(preferred);
  expect(second.port).not.toBe(preferred);
  await expect(connect({ servers: second.url }).then((connection) => connection.close())).resolves.toBeUndefined();
});

test('says so instead of moving when its port was taken while it was down', async () => {
  const server = await start();
  await server.kill();
  const squatter = createServer().listen(server.port, '127.0.0.1');
  listeners.push(squatter);
  await once(squatter, 'listening');
  await expect(server.restart()).rejects.toMatchObject({ code: 'PORT_TAKEN' });
});

test('is gone from its port once stopped, and stopping twice is harmless', async () => {
  const server = await start();
  await server.stop();
  await server.stop();
  const socket = connectTcp(server.port, '127.0.0.1');
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
