import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMysql, startNats } from '@lanekeeper/local-stack';
import type { SharedServers } from './servers.ts';

/** Starts the shared servers as processes of this machine, from the programs that the bootstrap found. */
export async function startLocal(): Promise<SharedServers> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-test-'));
  const [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql'), fast: true }),
  ]);
  return {
    natsUrl: nats.url,
    natsMonitorUrl: nats.monitorUrl,
    mysqlAdminUrl: mysql.adminUrl,
    async stop() {
      await Promise.all([nats.stop(), mysql.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
