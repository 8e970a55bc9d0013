import { setTimeout as sleep } from 'node:timers/promises';
import type { Lanes } from '@lanekeeper/lanes';
import type { NatsCluster, NatsServer } from '@lanekeeper/local-stack';
import { pick } from '../chaos/seeded-random.ts';

/** What to do to a cluster. */
export type ClusterFaultsOptions = {
  cluster: NatsCluster;
  lanes: Lanes;
  random: () => number;
  report: (line: string) => void;
};

/** Longest time that a killed node stays away, in milliseconds. */
const AWAY_MS = 1_500;
/** How long a node may take to be level with the others again, in milliseconds. */
const HEALTHY_MS = 120_000;

/** Kills and restarts nodes one after the other, each only when the cluster is whole again, as an operator would. */
export class ClusterFaults {
  readonly #options: ClusterFaultsOptions;
  /** When nodes went away, and when the cluster was whole again, milliseconds since the epoch. */
  readonly losses: { at: number; back: number }[] = [];

  constructor(options: ClusterFaultsOptions) {
    this.#options = options;
  }

  /** kill -9 of the node that leads COMMANDS. */
  async killLeader(): Promise<void> {
    const { lanes, cluster } = this.#options;
    const info = await lanes.jsm.streams.info(lanes.names.commandsStream);
    const leader = cluster.nodes.find((_, index) => `n${index + 1}` === info.cluster?.leader);
    if (!leader) throw new Error(`no node is called ${info.cluster?.leader}`);
    await this.#kill(leader, 'the leader of COMMANDS');
  }

  /** kill -9 of any node. */
  async killAny(): Promise<void> {
    await this.#kill(pick(this.#options.random, this.#options.cluster.nodes), 'any node');
  }

  /** An orderly restart of all nodes, one after the other, as for an update of the server. */
  async rollingRestart(): Promise<void> {
    const { cluster, report } = this.#options;
    for (const node of cluster.nodes) {
      report(`restart :${node.port}`);
      const at = Date.now();
      await node.restart();
      await cluster.healthy(HEALTHY_MS);
      this.losses.push({ at, back: Date.now() });
      report('healthy');
    }
  }

  async #kill(node: NatsServer, which: string): Promise<void> {
    const { cluster, random, report } = this.#options;
    report(`kill ${which} :${node.port}`);
    const at = Date.now();
    await node.kill('SIGKILL');
    await sleep(random() * AWAY_MS);
    await node.restart();
    await cluster.healthy(HEALTHY_MS);
    this.losses.push({ at, back: Date.now() });
    report('healthy');
  }
}
