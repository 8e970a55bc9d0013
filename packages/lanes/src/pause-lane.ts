import { LanePause, type Names, parsePause } from '@lanekeeper/contracts';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { Compile } from 'typebox/compile';
import type { Lanes } from './open-lanes.ts';
import { publishOne } from './publish.ts';
import { readStream } from './read-stream.ts';
import { offerTurns } from './turns.ts';

/** A lane of a workload. */
export type LaneRef = { workload: string; lane: string };

/** A paused lane. `since`: ISO 8601 in UTC. */
export type PausedLane = LaneRef & LanePause;

/** What workers hear of a change; `revision` orders changes of a lane. */
export type PauseChange = { lane: string; revision: number; paused: boolean };

type Deps = Pick<Lanes, 'nc' | 'jsm' | 'names'>;

const OPERATION = 'KV-Operation';
const lanePause = Compile(LanePause);

/** Creates the bucket of lane states if it is missing. */
export async function ensureLanesBucket(nc: NatsConnection, names: Names, replicas: number): Promise<void> {
  await new Kvm(nc).create(names.lanesBucket, { replicas, history: 1 });
}

/**
 * Pauses a lane, durably: it keeps its commands and starts none, what runs goes on. Workers hear of it within
 * milliseconds; one that has lost its connection when it is back. A lane that is paused already gets the new reason.
 * @throws RangeError for a reason that is empty or over 500 characters; LanesError UNAVAILABLE.
 */
export async function pauseLane(deps: Deps, { workload, lane }: LaneRef, reason: string): Promise<PausedLane> {
  const known = (await pausedLanes(deps, workload)).find((paused) => paused.lane === lane);
  const pause: LanePause = { reason, since: known?.since ?? new Date().toISOString() };
  if (!lanePause.Check(pause)) throw new RangeError('a reason has 1 to 500 characters');
  await change(deps, { workload, lane }, pause);
  return { workload, lane, ...pause };
}

/** Lets a lane go on, at once; whether it was paused. @throws LanesError UNAVAILABLE. */
export async function resumeLane(deps: Deps, { workload, lane }: LaneRef): Promise<boolean> {
  const paused = (await pausedLanes(deps, workload)).some((known) => known.lane === lane);
  if (!paused) return false;
  await change(deps, { workload, lane }, undefined);
  // Workers that hear of it offer as many turns as the lane is wide. This one is for a worker that does not.
  await offerTurns(deps.nc, deps.names, [{ workload, lane, slot: 0 }]);
  return true;
}

/** The paused lanes of a workload, or of all. @throws LanesError UNAVAILABLE. */
export async function pausedLanes(deps: Deps, workload?: string): Promise<PausedLane[]> {
  const lanes: PausedLane[] = [];
  for await (const { pause, ...lane } of readPauses(deps, workload)) {
    if (pause) lanes.push({ workload: lane.workload, lane: lane.lane, ...pause });
  }
  return lanes;
}

/** Every lane that is or was paused, with the revision of its last change. */
export async function* readPauses(
  deps: Deps,
  workload?: string,
): AsyncGenerator<LaneRef & { revision: number; pause: LanePause | undefined }> {
  const { names } = deps;
  for await (const message of readStream(deps, names.lanesBucketStream, names.pausesOf(workload))) {
    const ref = parsePause(message.subject);
    if (!ref) continue;
    const pause = message.header.get(OPERATION) === '' ? (JSON.parse(message.text) as unknown) : undefined;
    const { workload, lane } = ref;
    yield { workload, lane, revision: message.seq, pause: lanePause.Check(pause) ? pause : undefined };
  }
}

async function change({ nc, names }: Deps, { workload, lane }: LaneRef, pause: LanePause | undefined): Promise<void> {
  const { seq } = await publishOne(nc, {
    subject: names.pause(workload, lane),
    data: pause ? JSON.stringify(pause) : '',
    ...(pause ? {} : { headers: { [OPERATION]: 'DEL' } }),
  });
  const told: PauseChange = { lane, revision: seq, paused: pause !== undefined };
  nc.publish(names.pauseChanged(workload), JSON.stringify(told));
}
