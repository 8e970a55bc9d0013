import { parseSubject } from '@lanekeeper/contracts';
import { readBatch } from './direct-batch.ts';
import type { Lanes } from './open-lanes.ts';

/** Turns read in one request. */
const PORTION = 500;

/**
 * The lanes of a workload in the order in which their turns come, those that are being served first: what will run next is
 * the next command of each, round after round. A lane that waits for a retry, is paused, or was just emptied has no turn.
 * @throws LanesError UNAVAILABLE.
 */
export async function turnOrder({ nc, names }: Pick<Lanes, 'nc' | 'names'>, workload: string): Promise<string[]> {
  const lanes = new Set<string>();
  for (let seq = 1; ; ) {
    const query = { seq, next_by_subj: names.turnsOf(workload), batch: PORTION };
    const turns = await readBatch(nc, names.turnsStream, query);
    for (const turn of turns) {
      const lane = parseSubject(turn.subject)?.lane;
      if (lane !== undefined) lanes.add(lane);
      seq = turn.seq + 1;
    }
    if (turns.length < PORTION) return [...lanes];
  }
}
