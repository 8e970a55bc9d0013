import type { Job } from '@lanekeeper/contracts';

/** What is needed of a job to tell its place. */
export type Waiting = Pick<Job, 'id' | 'lane' | 'commandSeq'>;

/**
 * Waiting jobs in the order in which they will start: lanes take turns, each lane's own jobs go in the order of their
 * submits. `turns` are the lanes in the order of their turns, those that are being served first; a lane without a turn
 * (it waits for a retry, or was just given work) comes after them, in the order of its first job. A lane that is served now
 * goes on behind all the others. Pure.
 */
export function orderQueue<T extends Waiting>(
  waiting: readonly T[],
  turns: readonly string[],
  running: ReadonlySet<string>,
): T[] {
  const queues = new Map<string, T[]>();
  for (const job of waiting.toSorted((a, b) => a.commandSeq - b.commandSeq)) {
    const queue = queues.get(job.lane);
    if (queue) queue.push(job);
    else queues.set(job.lane, [job]);
  }
  const known = turns.filter((lane) => queues.has(lane));
  const rest = [...queues.keys()].filter((lane) => !known.includes(lane));
  const all = [...known, ...rest];
  const lanes = [...all.filter((lane) => !running.has(lane)), ...all.filter((lane) => running.has(lane))];
  const rounds = Math.max(0, ...[...queues.values()].map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    lanes.flatMap((lane) => {
      const job = queues.get(lane)?.[round];
      return job ? [job] : [];
    }),
  ).flat();
}
