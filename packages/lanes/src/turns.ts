import type { Names } from '@lanekeeper/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { apiCodes, PublishRefused } from './errors.ts';
import { publishOne } from './publish.ts';

/** Turns under way to the server at once; more wait for their confirmation first. */
const MAX_IN_FLIGHT = 256;

/** A lane's claim on a worker slot. `slot` counts from 0 up to the lane's width. */
export type Turn = { workload: string; lane: string; slot: number };

/** New commands of a lane that call for turns. `width` is the workload's. */
export type Demand = { workload: string; lane: string; commands: number; width: number };

/**
 * Gives lanes turns for new commands: one a command, in the lowest slots whose turn is not taken, up to the width. What a
 * lane demands while turns for it are under way goes together afterwards: many single commands of a busy lane cost few
 * offers.
 */
export class TurnOffers {
  readonly #nc: NatsConnection;
  readonly #names: Names;
  /** Lanes with offers under way, and what they have demanded since. */
  readonly #underWay = new Map<string, Demand | undefined>();

  constructor(nc: NatsConnection, names: Names) {
    this.#nc = nc;
    this.#names = names;
  }

  /** To be called after the commands are stored. @throws as {@link offerTurns}. */
  async offer(demands: readonly Demand[]): Promise<void> {
    const now = demands.filter((demand) => !this.#postpone(demand));
    if (now.length === 0) return;
    for (const demand of now) this.#underWay.set(laneOf(demand), undefined);
    const later: Demand[] = [];
    try {
      await offerForCommands(this.#nc, this.#names, now);
    } finally {
      for (const demand of now) {
        const next = this.#underWay.get(laneOf(demand));
        if (next) later.push(next);
        this.#underWay.delete(laneOf(demand));
      }
    }
    await this.offer(later);
  }

  #postpone(demand: Demand): boolean {
    const lane = laneOf(demand);
    if (!this.#underWay.has(lane)) return false;
    const commands = demand.commands + (this.#underWay.get(lane)?.commands ?? 0);
    this.#underWay.set(lane, { ...demand, commands });
    return true;
  }
}

function laneOf({ workload, lane }: Demand): string {
  return JSON.stringify([workload, lane]);
}

async function offerForCommands(nc: NatsConnection, names: Names, demands: readonly Demand[]): Promise<void> {
  const slots = Math.max(0, ...demands.map(({ width }) => width));
  let open = demands.map((demand) => ({ ...demand }));
  for (let slot = 0; slot < slots && open.length > 0; slot++) {
    const accepted = await offerTurns(
      nc,
      names,
      open.map(({ workload, lane }) => ({ workload, lane, slot })),
    );
    open = open
      .map((demand, index) => ({ ...demand, commands: demand.commands - (accepted[index] ? 1 : 0) }))
      .filter(({ commands, width }) => commands > 0 && slot + 1 < width);
  }
}

/**
 * Puts turns at the back of their workload's queue. A turn that is already waiting or being served stays the only one:
 * the stream holds one message per subject and refuses a second.
 * @returns for each turn whether it was new.
 * @throws LanesError UNAVAILABLE. Nothing is lost then: the sweep issues what is missing.
 */
export async function offerTurns(nc: NatsConnection, names: Names, turns: readonly Turn[]): Promise<boolean[]> {
  const accepted: boolean[] = [];
  for (let at = 0; at < turns.length; at += MAX_IN_FLIGHT) {
    const some = turns.slice(at, at + MAX_IN_FLIGHT);
    accepted.push(...(await Promise.all(some.map((turn) => offerTurn(nc, names, turn)))));
  }
  return accepted;
}

async function offerTurn(nc: NatsConnection, names: Names, { workload, lane, slot }: Turn): Promise<boolean> {
  try {
    await publishOne(nc, { subject: names.turn(workload, lane, slot), data: '' });
    return true;
  } catch (error) {
    if (error instanceof PublishRefused && error.apiCode === apiCodes.maxMessagesPerSubject) return false;
    throw error;
  }
}
