import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ResponseOutlet } from '../src/sse/response-outlet.ts';

/** A real connection whose client decides itself when to read. */
async function aConnection() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'request');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.0\r\n\r\n');
  const [, response] = (await asked) as [unknown, ServerResponse];
  response.writeHead(200);
  const close = async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { response, client, [Symbol.asyncDispose]: close };
}

describe('the response of a stream', () => {
  it('cuts off a client that takes nothing, holding no more than one text beyond the connection’s buffer', async () => {
    await using connection = await aConnection();
    const outlet = new ResponseOutlet(connection.response, { heartbeatMs: 60_000, stalledMs: 200 });
    const text = 'x'.repeat(1_000_000);
    let written = 0;
    const writing = (async () => {
      for (;;) {
        await outlet.write(text, ++written);
        expect(connection.response.writableLength).toBeLessThan(2 * text.length);
      }
    })();
    await expect(writing).rejects.toThrow('the client is too slow');
    expect(outlet.ended.aborted).toBe(true);
    expect(connection.response.destroyed).toBe(true);
  });

  it('waits for a client that takes its time', async () => {
    await using connection = await aConnection();
    const outlet = new ResponseOutlet(connection.response, { heartbeatMs: 60_000, stalledMs: 20_000 });
    const writing = (async () => {
      for (let n = 0; n < 30; n++) await outlet.write('x'.repeat(1_000_000), n);
      await outlet.close('end', AbortSignal.timeout(10_000));
    })();
    let length = 0;
    let tail = '';
    for await (const chunk of connection.client.setEncoding('latin1')) {
      length += chunk.length;
      tail = chunk.slice(-4);
    }
    await writing;
    expect(tail).toBe('xend');
    expect(length).toBeGreaterThan(30_000_003);
  });

  it('ends when the client goes away', async () => {
    await using connection = await aConnection();
    const outlet = new ResponseOutlet(connection.response, { heartbeatMs: 60_000, stalledMs: 20_000 });
    const ended = once(outlet.ended, 'abort');
    connection.client.destroy();
    await ended;
    await expect(outlet.write('late', 1)).rejects.toThrow('the client went away');
  });
});
