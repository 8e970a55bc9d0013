import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEvent } from '@lanekeeper/contracts';
import type { Lanes } from '@lanekeeper/lanes';

/** How many commands and turns are left. */
export async function leftIn({ jsm, names }: Lanes): Promise<{ commands: number; turns: number }> {
  const [commands, turns] = [await jsm.streams.info(names.commandsStream), await jsm.streams.info(names.turnsStream)];
  return { commands: commands.state.messages, turns: turns.state.messages };
}

/** Resolves when nothing has been left for a while, or after `deadlineMs`. */
export async function untilDrained(lanes: Lanes, deadlineMs: number, report: (line: string) => void): Promise<void> {
  const until = Date.now() + deadlineMs;
  for (let quiet = 0; quiet < 3 && Date.now() < until; ) {
    await sleep(500);
    const { commands, turns } = await leftIn(lanes);
    quiet = commands + turns === 0 ? quiet + 1 : 0;
    if (quiet === 0) report(`left: ${commands} commands, ${turns} turns`);
  }
}

/** All events, in the order in which they were stored. */
export async function readEvents({ jsm, names }: Lanes): Promise<JobEvent[]> {
  const { state } = await jsm.streams.info(names.eventsStream);
  const events: JobEvent[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; ) {
    const batch = await jsm.direct.getBatch(names.eventsStream, { seq, batch: 500 });
    for await (const message of batch) {
      events.push(message.json<JobEvent>());
      seq = message.seq + 1;
    }
  }
  return events;
}

/** From now on, when each turn is stored, by its sequence, milliseconds since the epoch: the server repeats what it stores. */
export async function watchTurns({ jsm, nc, names }: Lanes): Promise<ReadonlyMap<number, number>> {
  const stored = new Map<number, number>();
  nc.subscribe('stored.>', {
    callback: (error, { headers }) => {
      const [seq, at] = ['Nats-Sequence', 'Nats-Time-Stamp'].map((name) => headers?.get(name) ?? '');
      if (!error && seq && at) stored.set(Number(seq), Date.parse(at));
    },
  });
  await jsm.streams.update(names.turnsStream, { republish: { src: '>', dest: 'stored.>' } });
  return stored;
}
