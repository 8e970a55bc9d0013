import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { freePort } from './free-port.ts';
import { type NatsOptions, type NatsServer, startNats } from './nats.ts';

/** Where and how to run a cluster of NATS servers; each node keeps its files in a folder of its own under `dir`. */
export interface NatsClusterOptions extends Pick<NatsOptions, 'dir' | 'syncInterval'> {
  /** How many servers; default 3, the fewest that survive the loss of one. */
  size?: number;
}

/** NATS servers that form one JetStream cluster on this machine. Each can be killed and restarted on its own. */
export interface NatsCluster {
  readonly nodes: readonly NatsServer[];
  /** All nodes, comma-separated `nats://` URLs. */
  readonly url: string;
  /** All nodes as `host:port`, for `connect`. */
  readonly servers: readonly string[];
  /**
   * Resolves when every node reports itself healthy: in touch with the leader of the cluster and level with its streams.
   * Throws `DID_NOT_START` after `timeoutMs` (default 60,000).
   */
  healthy(timeoutMs?: number): Promise<void>;
  /** Ends all nodes in an orderly way. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const POLL_MS = 100;
const ATTEMPTS = 3;

/**
 * Starts a cluster with the shipped configuration and resolves when it has a leader. Route ports are the same for all
 * nodes from the first moment, so when one is taken meanwhile the whole cluster starts over on other ports.
 */
export async function startNatsCluster(options: NatsClusterOptions): Promise<NatsCluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(options, path.join(options.dir, `attempt-${attempt}`));
    } catch (error) {
      const taken = error instanceof StackError && (error.code === 'PORT_TAKEN' || error.code === 'NO_FREE_PORT');
      if (!taken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnFreePorts({ size = 3, syncInterval }: NatsClusterOptions, dir: string): Promise<NatsCluster> {
  const routes = await Promise.all(Array.from({ length: size }, async () => `nats://${HOST}:${await freePort()}`));
  const started = await Promise.allSettled(
    routes.map((route, index) =>
      startNats({
        dir: path.join(dir, `n${index + 1}`),
        ...(syncInterval ? { syncInterval } : {}),
        flags: [
          ...['--name', `n${index + 1}`, '--cluster_name', 'lanekeeper'],
          ...['--cluster', route, '--routes', routes.join(',')],
        ],
      }),
    ),
  );
  const nodes = started.filter((node) => node.status === 'fulfilled').map(({ value }) => value);
  const cluster = clusterOf(nodes);
  const failure = started.find((node) => node.status === 'rejected');
  try {
    if (failure) throw failure.reason;
    await cluster.healthy();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function clusterOf(nodes: readonly NatsServer[]): NatsCluster {
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(','),
    servers: nodes.map(({ port }) => `${HOST}:${port}`),
    healthy: async (timeoutMs = 60_000) => {
      const until = performance.now() + timeoutMs;
      while (!(await Promise.all(nodes.map(isHealthy))).every(Boolean) || !(await isComplete(nodes))) {
        if (performance.now() > until) {
          throw new StackError('DID_NOT_START', `The NATS cluster was not healthy after ${timeoutMs} ms.`);
        }
        await delay(POLL_MS);
      }
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function isHealthy({ monitorUrl }: NatsServer): Promise<boolean> {
  return (await ask(monitorUrl, '/healthz'))?.status === 'ok';
}

/** Whether the node that leads the cluster sees all others follow: before that, a new stream may find too few of them. */
async function isComplete(nodes: readonly NatsServer[]): Promise<boolean> {
  const answers = await Promise.all(nodes.map(({ monitorUrl }) => ask(monitorUrl, '/jsz')));
  return answers.some((answer) => {
    const followers = answer?.meta_cluster?.replicas ?? [];
    return followers.length === nodes.length - 1 && followers.every(({ current, offline }) => current && !offline);
  });
}

type Answer = { status?: string; meta_cluster?: { replicas?: { current?: boolean; offline?: boolean }[] } };

async function ask(monitorUrl: string, route: string): Promise<Answer | undefined> {
  try {
    const answer = await fetch(monitorUrl + route, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()) as Answer;
  } catch {
    return undefined; // it is not up, or not yet
  }
}
