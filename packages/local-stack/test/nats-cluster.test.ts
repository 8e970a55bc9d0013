import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { startNatsCluster } from '../src/mod.ts';

test('a cluster keeps what it acknowledged when a node dies, and the node comes back', {
  timeout: 120_000,
}, async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'local-nats-cluster-'));
  const cluster = await startNatsCluster({ dir });
  try {
    const nc = await connect({ servers: [...cluster.servers], maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    const jsm = await jetstreamManager(nc, { timeout: 20_000 });
    const { cluster: group } = await jsm.streams.add({ name: 'KEPT', subjects: ['kept'], num_replicas: 3 });
    await jetstream(nc).publish('kept', 'here', { timeout: 20_000 });
    const follower = cluster.nodes.find((_, index) => `n${index + 1}` !== group?.leader);
    await follower?.kill('SIGKILL');
    await jetstream(nc).publish('kept', 'there', { timeout: 20_000, retries: 10 });
    await follower?.restart();
    await cluster.healthy();
    expect((await jsm.streams.info('KEPT')).state.messages).toBe(2);
    await nc.close();
  } finally {
    await cluster.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
