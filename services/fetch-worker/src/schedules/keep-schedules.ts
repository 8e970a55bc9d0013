import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@lanekeeper/service-kit';
import { runDueSchedules, type ScheduleParts } from './run-schedules.ts';

/** How often ticks are looked for, in milliseconds; a cron pattern counts in minutes or, with six fields, in seconds. */
const EVERY_MS = 1_000;

/** Runs due schedules until stopped; faults are logged, and healed by the next look. */
export function keepSchedules(parts: ScheduleParts, log: Logger): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const ticks = await runDueSchedules(parts, new Date(), (err, { id }) => {
          log.warn({ err, schedule: id }, 'a schedule could not be run; tried again shortly');
        });
        for (const tick of ticks) log.info(tick, 'a schedule was due');
      } catch (err) {
        log.warn({ err }, 'the schedules could not be read; tried again shortly');
      }
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ran = run();
  return {
    async stop() {
      stopping.abort();
      await ran;
    },
  };
}
