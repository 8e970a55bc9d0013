import type { TestProject } from 'vitest/node';
import { startSharedServers } from './backend/choose.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** NATS server shared by the whole run: use a stream prefix of your own. */
    natsUrl: string;
    natsMonitorUrl: string;
    /** Database server shared by the whole run, as a user that may create databases: pass it to `freshDatabase`. */
    mysqlAdminUrl: string;
  }
}

/**
 * Starts one NATS server and one database server for the whole run, in containers or on this machine (`TEST_BACKEND`).
 * Tests that kill, freeze or restart servers start their own, always as processes of this machine.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startSharedServers(process.env);
  project.provide('natsUrl', servers.natsUrl);
  project.provide('natsMonitorUrl', servers.natsMonitorUrl);
  project.provide('mysqlAdminUrl', servers.mysqlAdminUrl);
  return () => servers.stop();
}
