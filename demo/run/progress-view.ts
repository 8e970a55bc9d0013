import type { JobEvent } from '@lanekeeper/contracts';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Terminal } from '../launcher/terminal.ts';
import type { TrackedJob } from './job-tracker.ts';
import type { Order } from './plan.ts';

/** Shows how the photos get on. */
export interface ProgressView {
  show(order: Order, event: JobEvent, job: TrackedJob): void;
  end(): void;
}

const STEPS: Partial<Record<JobEvent['type'], string>> = {
  queued: 'waiting',
  started: 'at work',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  uncertain: 'uncertain',
  'retry-scheduled': 'will be tried again',
};

/** Bars at a terminal, else one line a step. Log lines that come meanwhile are printed above the bars. */
export function progressView(orders: readonly Order[], terminal: Terminal): ProgressView {
  return process.stdout.isTTY ? bars(orders, terminal) : lines(terminal);
}

function bars(orders: readonly Order[], terminal: Terminal): ProgressView {
  const multi = new MultiBar({
    format: '  {vendor} {photo} {bar} {step}',
    hideCursor: true,
    clearOnComplete: false,
    barsize: 30,
  });
  const printBefore = terminal.print;
  terminal.print = (line) => multi.log(`${line}\n`);
  const byRecord = new Map<string, SingleBar>(
    orders.map((order) => [order.recordId, multi.create(100, 0, { ...padded(order), step: '' })]),
  );
  return {
    show: (order, event, job) => byRecord.get(order.recordId)?.update(job.percent, { step: stepOf(event, job) }),
    end() {
      multi.stop();
      terminal.print = printBefore;
    },
  };
}

const lines = (terminal: Terminal): ProgressView => ({
  show(order, event, job) {
    const { vendor, photo } = padded(order);
    terminal.say(`  ${vendor} ${photo} ${String(Math.round(job.percent)).padStart(3)} %  ${stepOf(event, job)}`);
  },
  end: () => undefined,
});

const stepOf = (event: JobEvent, job: TrackedJob): string => {
  const step = STEPS[event.type] ?? job.note ?? '';
  return job.error && event.type !== 'completed' ? `${step}: ${job.error}` : step;
};

const padded = ({ vendor, photo }: Order) => ({ vendor: vendor.padEnd(14), photo: photo.padEnd(13) });
