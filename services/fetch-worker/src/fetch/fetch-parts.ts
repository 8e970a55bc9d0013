import type { DealerAccess, Dealers } from '@lanekeeper/dealers';
import type { DgiClient } from '@lanekeeper/dgi';
import type { StoreParts } from '../store/store-window.ts';

/** The points of a window at which tests look, or end the process. */
export type FetchStep = 'asking' | 'answered' | 'locked' | 'written' | 'committed';

/** Told before the work goes on. */
export type StepHook = (step: FetchStep, position: number) => void | Promise<void>;

/** What fetching takes. */
export type FetchParts = StoreParts & {
  readonly dealers: Dealers;
  /** Asks the servers; keeps to the quota of each access that `pace` was told. */
  readonly client: DgiClient;
  /** Notes whose quota the requests of an access count against. */
  readonly pace: (access: DealerAccess) => void;
  /** How long answers are kept, in milliseconds; 0: not at all. */
  readonly rawTtlMs: number;
  readonly onStep?: StepHook;
};
