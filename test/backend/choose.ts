import { loadConfig } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { haveImages, images } from './docker.ts';
import { startLocal } from './local.ts';
import type { SharedServers } from './servers.ts';

const Backend = Type.Object({
  TEST_BACKEND: Type.Union([Type.Literal('auto'), Type.Literal('containers'), Type.Literal('local')], {
    default: 'auto',
    description: 'Where the shared servers of a test run are: auto, containers or local',
  }),
});

/**
 * Starts the shared servers where `TEST_BACKEND` says. `auto`: in containers if Docker answers and has the images
 * already (a run fetches nothing), else on this machine; also when the containers do not come up.
 */
export async function startSharedServers(env: NodeJS.ProcessEnv): Promise<SharedServers> {
  const { TEST_BACKEND: backend } = loadConfig(Backend, env);
  if (backend === 'local') return startLocal();
  if (backend === 'containers') return inContainers();
  if (!(await haveImages(images.nats, images.mysql))) return startLocal();
  try {
    return await inContainers();
  } catch (error) {
    console.warn(`The containers did not come up, so the servers run on this machine: ${error}`);
    return startLocal();
  }
}

// Loaded only when it is used: it takes longer to load than everything else here together.
async function inContainers(): Promise<SharedServers> {
  const { startContainers } = await import('./containers.ts');
  return startContainers();
}
