import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMysql, startNats } from '@lanekeeper/local-stack';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** NATS server shared by the whole run: use a stream prefix of your own. */
    natsUrl: string;
    natsMonitorUrl: string;
    /** Database server shared by the whole run, as a user that may create databases: pass it to `freshDatabase`. */
    mysqlAdminUrl: string;
  }
}

/** Starts one NATS server and one database server for the whole run. Tests that kill servers start their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-test-'));
  const [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql'), fast: true }),
  ]);
  project.provide('natsUrl', nats.url);
  project.provide('natsMonitorUrl', nats.monitorUrl);
  project.provide('mysqlAdminUrl', mysql.adminUrl);
  return async () => {
    await Promise.all([nats.stop(), mysql.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
}
