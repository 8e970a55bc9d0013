import type { JobEvent } from '@lanekeeper/contracts';
import type { Lanes } from './open-lanes.ts';
import { printTable } from './print-table.ts';

/** Options of the command line, as parsed. */
export type CliOptions = {
  json: boolean;
  force: boolean;
  'dry-run': boolean;
  reason?: string;
  limit?: string;
  workload?: string;
  lane?: string;
  code?: string;
  since?: string;
};

/** The command line was not understood. */
export class UsageError extends Error {}

/** A command: what it takes, what it does. `run` gives what `--json` prints, and the same as text. */
export type CliCommand = {
  usage: string;
  run: (lanes: Lanes, args: readonly string[], options: CliOptions) => Promise<{ data: unknown; text: string }>;
};

const DEFAULT_LIMIT = 50;

/** All commands, by name. */
export const cliCommands: Readonly<Record<string, CliCommand>> = {
  ls: {
    usage: 'ls <workload> [--limit <n>]         lanes with commands or paused, the fullest first',
    async run(lanes, [workload], options) {
      if (!workload) throw new UsageError('ls needs a workload');
      const page = await lanes.listLanes(workload, { limit: limitOf(options) ?? DEFAULT_LIMIT });
      const rows = page.lanes.map(({ lane, commands, oldestAt, paused }) => [
        lane,
        String(commands),
        oldestAt ?? '-',
        paused ? `since ${paused.since}: ${paused.reason}` : '-',
      ]);
      const more = page.total > rows.length ? `... of ${page.total} lanes\n` : '';
      return { data: page, text: printTable([['LANE', 'COMMANDS', 'OLDEST', 'PAUSED'], ...rows]) + more };
    },
  },
  show: {
    usage: 'show <job id> | show <workload> <lane>  a job with its events, or a lane',
    async run(lanes, args) {
      const [first, lane] = args;
      if (!first) throw new UsageError('show needs a job id, or a workload and a lane');
      if (lane !== undefined) {
        const stats = await lanes.showLane({ workload: first, lane });
        return { data: stats, text: printFields(stats) };
      }
      const events = await lanes.history({ jobId: first });
      const rows = events.map((event) => [event.at, event.type, aboutEvent(event)]);
      return { data: events, text: printTable([['AT', 'EVENT', 'ABOUT'], ...rows]) };
    },
  },
  cancel: {
    usage: 'cancel <job id> | cancel --workload <w> [--lane <l>] [--limit <n>]  [--force] [--reason <text>]',
    async run(lanes, [jobId], options) {
      const { force, reason, workload, lane } = options;
      const how = { force, ...(reason === undefined ? {} : { reason }) };
      if (jobId) {
        const job = await lanes.cancel({ jobId }, how);
        return { data: job, text: `${job.jobId} ${job.state}\n` };
      }
      if (!workload) throw new UsageError('cancel needs a job id, or --workload');
      const limit = limitOf(options);
      const filter = { workload, ...(lane === undefined ? {} : { lane }) };
      const jobs = await lanes.cancelWhere(filter, { ...how, ...(limit === undefined ? {} : { limit }) });
      const rows = jobs.map((job) => [job.jobId, job.workload, job.lane, job.state]);
      return { data: jobs, text: printTable([['JOB', 'WORKLOAD', 'LANE', 'STATE'], ...rows]) };
    },
  },
  fleet: {
    usage: 'fleet <workload> --limit <n>        commands of a workload at once, over all workers, from now on',
    async run(lanes, [workload], options) {
      const limit = limitOf(options);
      if (!workload || limit === undefined) throw new UsageError('fleet needs a workload and --limit');
      await lanes.setFleetLimit(workload, limit);
      return { data: { workload, limit }, text: `${workload} runs up to ${limit} at once\n` };
    },
  },
  retry: {
    usage: 'retry <job id>                      do a failed, cancelled or uncertain job again',
    async run(lanes, [jobId], _options) {
      if (!jobId) throw new UsageError('retry needs a job id');
      const job = await lanes.retry({ jobId });
      return { data: job, text: `${job.jobId} repeats ${job.retryOf}${job.replayed ? ' (as before)' : ''}\n` };
    },
  },
  pause: {
    usage: 'pause <workload> <lane> --reason <text>',
    async run(lanes, [workload, lane], { reason }) {
      if (!workload || !lane || !reason) throw new UsageError('pause needs a workload, a lane and --reason');
      const paused = await lanes.pause({ workload, lane }, reason);
      return { data: paused, text: `${lane} is paused since ${paused.since}\n` };
    },
  },
  resume: {
    usage: 'resume <workload> <lane>',
    async run(lanes, [workload, lane]) {
      if (!workload || !lane) throw new UsageError('resume needs a workload and a lane');
      const wasPaused = await lanes.resume({ workload, lane });
      return {
        data: { workload, lane, wasPaused },
        text: wasPaused ? `${lane} goes on\n` : `${lane} was not paused\n`,
      };
    },
  },
  redrive: {
    usage: 'redrive [--workload <w>] [--lane <l>] [--code <c>] [--since <ISO time>] [--limit <n>] [--dry-run]',
    async run(lanes, _args, options) {
      const { workload, lane, code, since } = options;
      const filter = Object.fromEntries(
        Object.entries({ workload, lane, code, since }).filter(([, value]) => value !== undefined),
      );
      const limit = limitOf(options);
      const jobs = await lanes.redrive(filter, {
        dryRun: options['dry-run'],
        ...(limit === undefined ? {} : { limit }),
      });
      const rows = jobs.map((job) => [job.jobId, job.workload, job.lane, job.code, job.retry?.jobId ?? '-']);
      return { data: jobs, text: printTable([['JOB', 'WORKLOAD', 'LANE', 'CODE', 'REPEATED AS'], ...rows]) };
    },
  },
};

function limitOf({ limit }: CliOptions): number | undefined {
  if (limit === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw new UsageError('--limit must be a positive whole number');
  return Number(limit);
}

function aboutEvent(event: JobEvent): string {
  switch (event.type) {
    case 'failed':
    case 'uncertain':
    case 'retry-scheduled':
      return `${event.error.code}: ${event.error.message}`;
    case 'started':
      return `attempt ${event.attempt} on ${event.worker}`;
    case 'progressed':
      return `${event.percent} %${event.note === undefined ? '' : ` ${event.note}`}`;
    case 'effect-intended':
      return event.effect;
    case 'cancelled':
      return event.reason ?? '';
    case 'resolved':
      return `as ${event.as}`;
    case 'queued':
      return event.job.retryOf === undefined ? '' : `repeats ${event.job.retryOf}`;
    case 'completed':
      return '';
  }
}

function printFields(fields: object): string {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return printTable(Object.entries(fields).map(([name, value]) => [name, text(value)]));
}
