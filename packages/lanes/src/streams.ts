import type { Names } from '@lanekeeper/contracts';
import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';

/** How long events are kept, in days. */
export const EVENT_DAYS = 14;
const DAY_MS = 86_400_000;
/** Within this time the server itself drops a command that is submitted twice; the event log covers what comes later. */
const DUPLICATE_WINDOW_MS = 120_000;

type Wanted = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

/** The three streams of a namespace; see the architecture document for why each is as it is. */
export function streamConfigs(names: Names, replicas: number): Wanted[] {
  const common = { storage: StorageType.File, num_replicas: replicas, allow_direct: true };
  return [
    {
      ...common,
      name: names.commandsStream,
      subjects: [names.allCommands],
      retention: RetentionPolicy.Workqueue,
      allow_atomic: true,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    },
    {
      ...common,
      name: names.eventsStream,
      subjects: [names.allEvents],
      retention: RetentionPolicy.Limits,
      allow_atomic: true,
      max_age: nanos(EVENT_DAYS * DAY_MS),
    },
    {
      ...common,
      name: names.turnsStream,
      subjects: [names.allTurns],
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      // Synced like the others: a killed server must never fall behind its consumer, which would pass new turns by.
    },
  ];
}

/** Creates the streams that are missing and leaves existing ones as they are (an operator may have tuned them). */
export async function ensureStreams(jsm: JetStreamManager, names: Names, replicas: number): Promise<void> {
  for (const config of streamConfigs(names, replicas)) {
    if (!(await exists(jsm, config.name))) await jsm.streams.add(config);
  }
}

async function exists(jsm: JetStreamManager, name: string): Promise<boolean> {
  try {
    await jsm.streams.info(name);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('stream not found')) return false;
    throw error;
  }
}
