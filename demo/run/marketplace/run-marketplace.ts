import { randomBytes } from 'node:crypto';
import type { JobEvent } from '@lanekeeper/contracts';
import type { Addresses } from '../../launcher/stack.ts';
import type { Terminal } from '../../launcher/terminal.ts';
import { followLane } from '../follow-lane.ts';
import { JobTracker } from '../job-tracker.ts';
import { browserFaults, listingFaults } from './judge.ts';
import { accountsOf, type PlannedAccount, type PlannedOperation } from './plan.ts';
import { ask, connect } from './set-up.ts';
import { isSequential, mostAtOnce, type Row, renderTimeline } from './timeline.ts';

const WITHIN_MS = 5 * 60_000;
const FLEET_LIMIT = 4;

/** An operation that was asked for. */
interface Asked {
  account: PlannedAccount;
  operation: PlannedOperation;
  jobId: string;
}

/**
 * Posts and renews for three accounts of the marketplace in real browsers, shows what happens, and draws what ran when.
 * Then the site's own database says whether every listing was published exactly once. Answers whether all went well.
 */
export async function runMarketplace(stack: Addresses, terminal: Terminal): Promise<boolean> {
  const accounts = accountsOf(stack.photos, randomBytes(4).toString('hex'));
  const count = accounts.flatMap(({ operations }) => operations).length;
  terminal.say(`${count} operations for ${accounts.length} accounts at the marketplace ${stack.marketplace}`);
  const tracker = new JobTracker();
  const lanes = await Promise.all(accounts.map((account) => connect(stack, account)));
  const asked = await followed(stack.gateway, lanes, tracker, async () => {
    const all = await askForAll(stack.gateway, accounts);
    tellOf(all, tracker, terminal);
    await tracker.untilEnded(
      all.map(({ jobId }) => jobId),
      AbortSignal.timeout(WITHIN_MS),
    );
    return all;
  });
  return await concluded(stack, accounts, asked, tracker, terminal);
}

/** Does something while the events of these lanes are followed. */
async function followed<T>(
  gateway: string,
  lanes: readonly string[],
  tracker: JobTracker,
  act: () => Promise<T>,
): Promise<T> {
  const close = await Promise.all(
    lanes.map((lane) => followLane(gateway, { workload: 'browser', lane }, (event) => tracker.apply(event))),
  );
  try {
    return await act();
  } finally {
    for (const stop of close) stop();
  }
}

/** Asks for everything at once, as many clients would: the lanes keep the order of each account. */
async function askForAll(gateway: string, accounts: readonly PlannedAccount[]): Promise<Asked[]> {
  const perAccount = accounts.map(async (account) => {
    const asked: Asked[] = [];
    for (const operation of account.operations) {
      asked.push({ account, operation, jobId: await ask(gateway, account.email, operation) });
    }
    return asked;
  });
  return (await Promise.all(perAccount)).flat();
}

function tellOf(asked: readonly Asked[], tracker: JobTracker, terminal: Terminal): void {
  const byId = new Map(asked.map((one) => [one.jobId, one]));
  tracker.onEvent = (jobId, event, job) => {
    const one = byId.get(jobId);
    if (!one || !isWorthTelling(event)) return;
    const what = one.operation.kind === 'post' ? `post ${one.operation.title}` : 'renew';
    terminal.say(`  ${one.account.name.padEnd(6)} ${what.padEnd(22)} ${event.type}${job.error ? ` ${job.error}` : ''}`);
  };
}

const isWorthTelling = ({ type }: JobEvent): boolean =>
  type !== 'queued' && type !== 'progressed' && type !== 'effect-intended';

async function concluded(
  { marketplace }: Addresses,
  accounts: readonly PlannedAccount[],
  asked: readonly Asked[],
  tracker: JobTracker,
  terminal: Terminal,
): Promise<boolean> {
  const rows = accounts.map((account) => rowOf(account, asked, tracker));
  terminal.say(renderTimeline(rows));
  const faults = [
    ...asked.flatMap((one) => jobFaults(one, tracker)),
    ...rows
      .filter((row) => !isSequential(row))
      .map(({ name }) => `the operations of ${name} were not one by one, in order`),
    ...(await Promise.all(accounts.map((account) => listingFaults(marketplace, account)))).flat(),
    ...(await browserFaults(
      marketplace,
      accounts.map(({ email }) => email),
      FLEET_LIMIT,
    )),
  ];
  for (const fault of faults) terminal.say(`FAILED ${fault}`);
  if (faults.length > 0) return false;
  terminal.say(
    `all ${asked.length} operations done, in order, every listing exactly once; ${mostAtOnce(rows)} accounts at once`,
  );
  return true;
}

function jobFaults({ account, operation, jobId }: Asked, tracker: JobTracker): string[] {
  const job = tracker.get(jobId);
  if (job?.last === 'completed') return [];
  return [
    `${operation.kind} of ${account.name} is ${job?.last ?? 'not known'}: ${job?.error ?? 'it did not end in time'}`,
  ];
}

function rowOf({ name, email }: PlannedAccount, asked: readonly Asked[], tracker: JobTracker): Row {
  const own = asked.filter(({ account }) => account.email === email);
  const blocks = own.flatMap(({ operation: { kind }, jobId }) => {
    const { startedAt: from, endedAt: to } = tracker.get(jobId) ?? {};
    return from === undefined || to === undefined ? [] : [{ from, to, kind }];
  });
  return { name, blocks };
}
