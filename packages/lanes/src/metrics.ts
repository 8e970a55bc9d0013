import type { Command } from '@lanekeeper/contracts';
import { type Counter, type Histogram, type Meter, metrics, type UpDownCounter } from '@opentelemetry/api';
import type { Outcome } from './attempt.ts';
import { dueSince } from './tracing.ts';

/** Seconds; from an idle lane to one with a day's work ahead, and from a cached step to the longest timeout. */
const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400];
const SERVICE_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

type Instruments = {
  submitted: Counter;
  wait: Histogram;
  service: Histogram;
  ended: Counter;
  busy: UpDownCounter;
};

let instruments: Instruments | undefined;

/** The engine's instruments; made at first use, when the process has said where its metrics go. */
function engine(): Instruments {
  instruments ??= create(metrics.getMeter('lanekeeper.lanes'));
  return instruments;
}

function create(meter: Meter): Instruments {
  return {
    submitted: meter.createCounter('lanekeeper.jobs.submitted', { description: 'Jobs accepted' }),
    wait: meter.createHistogram('lanekeeper.job.wait.seconds', {
      unit: 's',
      description: 'From when a job could have started to the start of its first attempt',
      advice: { explicitBucketBoundaries: WAIT_BUCKETS },
    }),
    service: meter.createHistogram('lanekeeper.job.service.seconds', {
      unit: 's',
      description: 'Time of an attempt in its handler',
      advice: { explicitBucketBoundaries: SERVICE_BUCKETS },
    }),
    ended: meter.createCounter('lanekeeper.attempts', {
      description: 'Attempts by how they ended; "lost": another worker took the job over',
    }),
    busy: meter.createUpDownCounter('lanekeeper.worker.busy', { description: 'Jobs that this process runs' }),
  };
}

/** Counts accepted commands. */
export function countSubmitted(commands: readonly Command[]): void {
  for (const [workload, some] of Map.groupBy(commands, (command) => command.workload)) {
    engine().submitted.add(some.length, { workload });
  }
}

/** Times an attempt, and the wait before the first. */
export async function measureAttempt(
  command: Command,
  attempt: number,
  run: () => Promise<Outcome | undefined>,
): Promise<Outcome | undefined> {
  const { wait, service, ended, busy } = engine();
  const { workload } = command;
  if (attempt === 1) wait.record(Math.max(0, Date.now() - dueSince(command)) / 1_000, { workload });
  const startedAt = performance.now();
  busy.add(1, { workload });
  try {
    const outcome = await run();
    const labels = { workload, outcome: outcome?.type ?? 'lost', code: codeOf(outcome) ?? '' };
    service.record((performance.now() - startedAt) / 1_000, { workload, outcome: labels.outcome });
    ended.add(1, labels);
    return outcome;
  } finally {
    busy.add(-1, { workload });
  }
}

/** The error code of an outcome, if it has one. */
export function codeOf(outcome: Outcome | undefined): string | undefined {
  return outcome && 'error' in outcome ? outcome.error.code : undefined;
}
