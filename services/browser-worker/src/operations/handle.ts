import type { Account, AccountSecrets } from '@lanekeeper/accounts';
import type { BrowserData, BrowserResult } from '@lanekeeper/contracts';
import type { Handler, HandlerContext, JobInput } from '@lanekeeper/lanes';
import { jobFailure } from '@lanekeeper/worker-kit';
import { explainFailure } from './explain-failure.ts';
import { type Operation, type OperationParts, stored } from './operation.ts';
import { postListing } from './post-listing.ts';
import { renewListings } from './renew-listings.ts';
import { stepLog } from './step-progress.ts';

/** The handler of `browser`: one operation of one account in a Chromium of its own. */
export function createBrowserHandler(parts: OperationParts): Handler<BrowserData, BrowserResult> {
  return async (job, context) => {
    const operation = await begin(parts, job, context);
    try {
      const result = await perform(operation);
      await stored(context.signal, () =>
        parts.operations.completed({ jobId: job.jobId, accountId: job.data.accountId, operation: job.data.operation }),
      );
      return result;
    } catch (error) {
      throw await explainFailure(operation, error);
    }
  };
}

async function begin(parts: OperationParts, job: JobInput<BrowserData>, context: HandlerContext): Promise<Operation> {
  const account = await stored(context.signal, () => parts.accounts.find(job.data.accountId));
  if (!account) throw jobFailure('ACCOUNT_NOT_FOUND');
  const secrets = await openSecrets(parts, account, context.signal);
  const steps = stepLog(context, parts.onStep);
  const now = { beganAt: new Date(), began: performance.now() };
  return { parts, job, context, account, secrets, steps, ...now, clicked: false, evidence: undefined };
}

async function openSecrets(
  { accounts, box }: OperationParts,
  { id }: Account,
  signal: AbortSignal,
): Promise<AccountSecrets> {
  try {
    return (await stored(signal, () => accounts.secrets(id, box))) ?? { sessionVersion: 0 };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Error && cause.name === 'SecretError')
      throw jobFailure('ACCOUNT_SECRETS_SEALED', undefined, cause);
    throw cause;
  }
}

function perform(operation: Operation): Promise<BrowserResult> {
  const { data } = operation.job;
  switch (data.operation) {
    case 'post':
      return postListing(operation, data);
    case 'renew':
      return renewListings(operation, data);
  }
}
