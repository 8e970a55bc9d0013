import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { closeUnusedConnections } from './close-unused-connections.ts';

async function listening(answer: Promise<string>) {
  const app = fastify({ forceCloseConnections: 'idle' });
  await app.register(closeUnusedConnections);
  app.get('/', () => answer);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, port: (app.server.address() as AddressInfo).port };
}

it('a connection on which nothing was asked does not keep a server from closing', async () => {
  const { app, port } = await listening(Promise.resolve('done'));
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await app.close();
  socket.destroy();
  expect(app.server.listening).toBe(false);
});

it('a request that is under way is answered before its connection is closed', async () => {
  const gate = Promise.withResolvers<string>();
  const { app, port } = await listening(gate.promise);
  const asked = new Promise((resolve) => app.server.once('request', resolve));
  const answer = fetch(`http://127.0.0.1:${port}/`);
  await asked;
  const closed = app.close();
  setTimeout(() => gate.resolve('done'), 200);
  expect(await (await answer).text()).toBe('done');
  await closed;
});
