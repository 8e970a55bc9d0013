import Table from 'cli-table3';
import type { Addresses } from '../../launcher/stack.ts';
import type { Terminal } from '../../launcher/terminal.ts';
import { call } from '../call.ts';
import { type Counts, DealerRows } from './dealer-rows.ts';
import { queueFetches, register, untilOver } from './fetch-queue.ts';
import { dealersOf, FETCH_TYPES, rangeOf } from './plan.ts';

const WITHIN_MS = 5 * 60_000;

/** What one fetch stored, beside what the dealer API has. */
interface Comparison {
  dealerId: string;
  fetchType: string;
  stored: Counts;
  truth: Counts;
}

/**
 * Fetches several kinds of data of three dealers through the queue that old clients use, and compares what is in the database
 * with what the dealer API says that it has. Answers whether all is there, exactly once.
 */
export async function runDealers(stack: Addresses, terminal: Terminal): Promise<boolean> {
  const { gateway, dealerApi, mysql } = stack;
  const dealers = dealersOf();
  const range = rangeOf(new Date());
  await using rows = await DealerRows.open(mysql);
  for (const dealer of dealers) {
    await register(gateway, dealerApi, dealer);
    for (const fetchType of FETCH_TYPES) await rows.clear(dealer.dealerId, fetchType);
  }
  terminal.say(`fetching ${FETCH_TYPES.join(', ')} of ${dealers.length} dealers, ${range.from} to ${range.to}`);
  const ids = dealers.map(({ dealerId }) => dealerId);
  const jobIds: string[] = [];
  for (const fetchType of FETCH_TYPES) jobIds.push(...(await queueFetches(gateway, ids, fetchType, range)));
  const jobs = await untilOver(
    gateway,
    jobIds,
    (job) => terminal.say(`  ${job.dealer_id}  ${job.fetch_type.padEnd(12)} ${job.status} ${job.error_message ?? ''}`),
    WITHIN_MS,
  );
  const faults = jobs.filter(({ status }) => status !== 'completed').map((job) => `${job.id} is ${job.status}`);
  if (jobs.length < jobIds.length) faults.push(`${jobIds.length - jobs.length} fetches did not end in time`);
  const comparisons: Comparison[] = [];
  for (const dealerId of ids) {
    for (const fetchType of FETCH_TYPES) {
      const stored = await rows.count(dealerId, fetchType, range);
      comparisons.push({ dealerId, fetchType, stored, truth: await truthOf(dealerApi, dealerId, fetchType, range) });
    }
  }
  return concluded(comparisons, faults, terminal);
}

async function truthOf(dealerApi: string, dealerId: string, module: string, range: { from: string; to: string }) {
  return await call<Counts>('GET', `${dealerApi}/judge/counts?${new URLSearchParams({ dealerId, module, ...range })}`);
}

function concluded(comparisons: readonly Comparison[], faults: string[], terminal: Terminal): boolean {
  const table = new Table({ head: ['dealer', 'type', 'rows', 'lines', 'dealer API'], style: { head: [], border: [] } });
  for (const { dealerId, fetchType, stored, truth } of comparisons) {
    table.push([dealerId, fetchType, stored.rows, linesOf(stored), `${truth.rows}; ${linesOf(truth)}`]);
    if (JSON.stringify(stored) !== JSON.stringify(truth))
      faults.push(`${fetchType} of ${dealerId} is not what it should be`);
  }
  terminal.say(table.toString());
  for (const fault of faults) terminal.say(`FAILED ${fault}`);
  if (faults.length === 0) terminal.say(`all ${comparisons.length} fetches stored what the dealer API has`);
  return faults.length === 0;
}

const linesOf = ({ lines }: Counts): string =>
  Object.entries(lines)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
