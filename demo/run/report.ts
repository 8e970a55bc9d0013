import Table from 'cli-table3';
import { type Output, percent } from './check-output.ts';
import type { TrackedJob } from './job-tracker.ts';
import type { Order } from './plan.ts';

/** What became of one order. */
export interface Outcome {
  order: Order;
  job: TrackedJob | undefined;
  outputUrl: string | undefined;
  output: Output | undefined;
  faults: readonly string[];
}

const HEAD = ['vendor', 'photo', 'wait', 'work', 'pixels', 'bytes', 'clear', 'output'];
const EDGES = ['top', 'bottom', 'left', 'right'].flatMap((side) => [
  side,
  `${side}-mid`,
  `${side}-left`,
  `${side}-right`,
]);
// Without lines an address can be selected with a double click.
const NO_LINES = Object.fromEntries([...EDGES, 'mid', 'mid-mid', 'middle'].map((name) => [name, '']));

/** The table at the end of the demo: a line for each photo. */
export function renderReport(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: HEAD,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const { order, job, outputUrl, output } of outcomes) {
    table.push([
      order.vendor,
      order.photo,
      seconds(job?.queuedAt, job?.startedAt),
      seconds(job?.startedAt, job?.endedAt),
      output ? `${output.width} x ${output.height}` : '-',
      output ? output.bytes.toLocaleString('en') : '-',
      output ? percent(output.transparent) : '-',
      outputUrl ?? '-',
    ]);
  }
  return table.toString();
}

const seconds = (from: number | undefined, to: number | undefined): string =>
  from === undefined || to === undefined ? '-' : `${((to - from) / 1000).toFixed(1)} s`;
