import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, launchProcess, projectRoot, readTools } from '@lanekeeper/local-stack';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { connect } from '@nats-io/transport-node';
import { expect, it } from 'vitest';

it('the shipped configuration with a login lets in who knows the password, and nobody else', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'nats-login-'));
  const [port, monitor] = [await freePort(), await freePort()];
  const server = await launchProcess({
    command: (await readTools()).natsServer.path,
    args: ['-c', path.join(projectRoot, 'deploy/nats/nats-server-auth.conf')],
    env: {
      NATS_HOST: '127.0.0.1',
      NATS_PORT: String(port),
      NATS_MONITOR_PORT: String(monitor),
      NATS_STORE_DIR: path.join(dir, 'store'),
      NATS_USER: 'services',
      NATS_PASSWORD: 'p4ssword',
    },
    logFile: path.join(dir, 'nats-server.log'),
    ready: /Server is ready/,
  });
  try {
    await expect(connect({ servers: `127.0.0.1:${port}`, reconnect: false })).rejects.toThrow(/authorization/i);
    const log = createLogger('test', 'silent');
    const nc = await connectNats({ url: `nats://services:p4ssword@127.0.0.1:${port}`, name: 'test', log });
    expect(nc.info?.jetstream).toBe(true);
    await nc.close();
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
