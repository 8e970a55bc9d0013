import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be cut and refused. */
export type TcpProxy = { server: string; cut: () => void; heal: () => void; close: () => void };

/** Starts a proxy in front of `host:port`. While cut, connections are dropped and new ones refused. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let whole = true;
  const proxy = createServer((client) => {
    if (!whole) return void client.destroy();
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    server: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut: () => {
      whole = false;
      dropAll();
    },
    heal: () => {
      whole = true;
    },
    close: () => {
      proxy.close();
      dropAll();
    },
  };
}
