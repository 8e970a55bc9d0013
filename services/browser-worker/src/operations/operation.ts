import type { Account, AccountSecrets, Accounts, Operations, Posts } from '@lanekeeper/accounts';
import type { BrowserData } from '@lanekeeper/contracts';
import type { HandlerContext, JobInput, Lanes } from '@lanekeeper/lanes';
import type { PhotoFetcher } from '@lanekeeper/photos';
import { isTransientDatabaseError, retry, type SecretBox } from '@lanekeeper/service-kit';
import type { BrowserOptions } from '../browser/browser-run.ts';
import type { StepLog } from '../drivers/step-log.ts';
import type { Drivers } from '../open-drivers.ts';

/** Told before each step of an operation, and awaited. */
export type StepHook = (name: string) => void | Promise<void>;

/** What all operations share. Times in milliseconds. */
export type OperationParts = {
  accounts: Accounts;
  posts: Posts;
  operations: Operations;
  box: SecretBox;
  fetcher: PhotoFetcher;
  drivers: Drivers;
  lanes: Pick<Lanes, 'pause'>;
  browser: Pick<BrowserOptions, 'executablePath' | 'sandbox'>;
  evidenceDir: string;
  /** The longest run of an attempt, and how many there are: after the last one nobody looks any more. */
  timeoutMs: number;
  attempts: number;
  onStep?: StepHook;
};

/** One attempt at an operation. */
export type Operation = {
  readonly parts: OperationParts;
  readonly job: JobInput<BrowserData>;
  readonly context: HandlerContext;
  readonly account: Account;
  readonly secrets: AccountSecrets;
  readonly steps: StepLog;
  /** When the attempt began: by the clock of the world, and by `performance.now()`. */
  readonly beganAt: Date;
  readonly began: number;
  /** Publish is clicked, or was about to be: only the site knows what came of it. */
  clicked: boolean;
  /** Where evidence of this attempt's failure is, as the API serves it. */
  evidence: string | undefined;
};

/** Asks the database, and waits for one that is away for as long as the attempt may take. */
export const stored = <T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> =>
  retry(act, { canPass: isTransientDatabaseError, backoff: { firstMs: 100, maxMs: 2_000 }, signal });

/** Steps and time of an operation, for its result. */
export const measures = ({ steps, began }: Pick<Operation, 'steps' | 'began'>) => ({
  steps: steps.timings.map(({ name, ms }) => ({ name, ms })),
  durationMs: Math.round(performance.now() - began),
});
