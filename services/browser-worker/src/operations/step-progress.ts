import type { HandlerContext } from '@lanekeeper/lanes';
import { StepLog } from '../drivers/step-log.ts';
import type { StepHook } from './operation.ts';

/** Percent done after each step of a post; a renewal's own steps count up to its result. */
const DONE: Readonly<Record<string, number>> = {
  'open-site': 10,
  'log-in': 15,
  'search-selling': 20,
  'open-form': 25,
  photos: 40,
  fields: 55,
  location: 60,
  uploads: 70,
  next: 75,
  review: 80,
  intend: 85,
  publish: 90,
  confirm: 95,
};

/** Keeps an attempt's steps and tells of each that has ended, with its time, in the job's progress. */
export function stepLog({ progress }: Pick<HandlerContext, 'progress'>, onStep?: StepHook): StepLog {
  let percent = 0;
  return new StepLog({
    onStart: async (name) => onStep?.(name),
    onEnd: ({ name, ms, failed }) => {
      percent = Math.max(percent, failed ? 0 : (DONE[name] ?? 0));
      progress(percent, `${name}${failed ? ' failed after' : ''} ${ms} ms`);
    },
  });
}
