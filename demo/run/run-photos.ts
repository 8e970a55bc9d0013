import { randomBytes } from 'node:crypto';
import type { Addresses } from '../launcher/stack.ts';
import type { Terminal } from '../launcher/terminal.ts';
import { faultsOf, inspectOutput } from './check-output.ts';
import { followLane } from './follow-lane.ts';
import { readJob, submit } from './image-queue.ts';
import { JobTracker } from './job-tracker.ts';
import { type Order, ordersOf } from './plan.ts';
import { progressView } from './progress-view.ts';
import { Records } from './records.ts';
import { type Outcome, renderReport } from './report.ts';

const WITHIN_MS = 5 * 60_000;

/**
 * Removes the backgrounds of real photos for two vendors through the public API, shows the progress from the event
 * stream, then checks every result: the job, the file, and the record. Answers whether all went well; prints what did not.
 */
export async function runPhotos(stack: Addresses, terminal: Terminal): Promise<boolean> {
  const orders = ordersOf(stack.photos, randomBytes(4).toString('hex'));
  await using records = await Records.open(stack.mysql);
  await records.insert(orders);
  terminal.say(
    `removing the background of ${orders.length} photos for ${new Set(orders.map(({ vendor }) => vendor)).size} vendors`,
  );
  const { tracker, jobIds } = await process(stack.gateway, orders, terminal);
  const rows = await records.photoUrls(orders);
  const outcomes = await Promise.all(
    orders.map((order) =>
      judge(stack.gateway, order, jobIds.get(order.recordId) as string, tracker, rows.get(order.recordId)),
    ),
  );
  terminal.say(renderReport(outcomes));
  return concluded(outcomes, terminal);
}

async function process(gateway: string, orders: readonly Order[], terminal: Terminal) {
  const tracker = new JobTracker();
  const vendors = [...new Set(orders.map(({ vendor }) => vendor))];
  const close = await Promise.all(
    vendors.map((vendor) =>
      followLane(gateway, { workload: 'remove-bg', lane: vendor }, (event) => tracker.apply(event)),
    ),
  );
  const view = progressView(orders, terminal);
  try {
    // Events may come before the answer that tells the job ids: the record in them says whose they are.
    const orderOf = new Map<string, Order>();
    tracker.onEvent = (jobId, event, job) => {
      const recordId = 'job' in event && event.job ? (event.job.data as { recordId?: string }).recordId : undefined;
      const order = orderOf.get(jobId) ?? orders.find((one) => one.recordId === recordId);
      if (!order) return;
      orderOf.set(jobId, order);
      view.show(order, event, job);
    };
    const jobIds = await submit(gateway, orders);
    await tracker.untilEnded([...jobIds.values()], AbortSignal.timeout(WITHIN_MS));
    return { tracker, jobIds };
  } finally {
    view.end();
    for (const stop of close) stop();
  }
}

async function judge(
  gateway: string,
  order: Order,
  jobId: string,
  tracker: JobTracker,
  row: string | undefined,
): Promise<Outcome> {
  const { state, result, failedReason } = await readJob(gateway, jobId);
  const job = tracker.get(jobId);
  if (state !== 'completed' || !result) {
    const fault = `job ${jobId} is ${state}: ${failedReason ?? job?.error ?? 'it did not end in time'}`;
    return { order, job, outputUrl: undefined, output: undefined, faults: [fault] };
  }
  const output = await inspectOutput(new URL(result.photoUrl, gateway).href);
  const faults = faultsOf(output, result);
  if (row !== result.photoUrl) faults.push(`its record holds ${row}, the job says ${result.photoUrl}`);
  return { order, job, outputUrl: result.photoUrl, output, faults };
}

function concluded(outcomes: readonly Outcome[], terminal: Terminal): boolean {
  const faulty = outcomes.filter(({ faults }) => faults.length > 0);
  for (const { order, faults } of faulty) terminal.say(`FAILED ${order.vendor} ${order.photo}: ${faults.join('; ')}`);
  if (faulty.length === 0) terminal.say(`all ${outcomes.length} cut out, stored and in their records`);
  return faulty.length === 0;
}
