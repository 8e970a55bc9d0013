/** An alert: fires when `expr` (PromQL) gives something for as long as `for`. */
export type Alert = {
  name: string;
  expr: string;
  for: string;
  severity: 'page' | 'ticket';
  summary: string;
  /** What to look at first. */
  hint: string;
};

/** All alerts. The runbooks in docs are under their names. */
export const alerts: readonly Alert[] = [
  {
    name: 'LanesWaitingTooLong',
    expr: 'max by (workload) (lanekeeper_jobs_oldest_seconds) > 3600 and max by (workload) (lanekeeper_turns_waiting) > 0',
    for: '10m',
    severity: 'ticket',
    summary: 'A job of {{ $labels.workload }} has been open for more than an hour while lanes wait for slots',
    hint: 'Is the fleet saturated (dashboard Lanes)? More workers, or a higher fleet limit.',
  },
  {
    name: 'FleetSaturated',
    expr: 'max by (workload) (lanekeeper_fleet_busy) >= max by (workload) (lanekeeper_fleet_limit) and max by (workload) (lanekeeper_turns_waiting) > 0',
    for: '30m',
    severity: 'ticket',
    summary: 'All slots of {{ $labels.workload }} have been busy for half an hour and lanes wait',
    hint: 'Raise the fleet limit if what the workers use can take more; else accept the wait.',
  },
  {
    name: 'JobsFailing',
    expr: 'sum by (workload) (rate(lanekeeper_attempts_total{outcome="failed"}[15m])) / sum by (workload) (rate(lanekeeper_attempts_total{outcome=~"completed|failed"}[15m])) > 0.2',
    for: '10m',
    severity: 'page',
    summary: 'More than a fifth of the jobs of {{ $labels.workload }} fail',
    hint: 'Which code (dashboard Workloads, attempts by code)? See docs/errors.md for it.',
  },
  {
    name: 'UncertainJobs',
    expr: 'max by (workload) (lanekeeper_jobs_by_state{state="uncertain"}) > 0',
    for: '5m',
    severity: 'ticket',
    summary: 'Jobs of {{ $labels.workload }} wait for a person to say whether their last step happened',
    hint: 'GET /v1/jobs?state=uncertain; look at the account; POST /v1/jobs/:id/resolve.',
  },
  {
    name: 'ProjectionLag',
    expr: 'max(lanekeeper_projection_lag) > 5000',
    for: '2m',
    severity: 'page',
    summary: 'What happened is not visible yet: more than 5,000 events behind',
    hint: "The status service's log, the database's load.",
  },
  {
    name: 'WorkerMissing',
    expr: 'max by (workload) (lanekeeper_workers) == 0 and max by (workload) (lanekeeper_jobs_open) > 0',
    for: '2m',
    severity: 'page',
    summary: '{{ $labels.workload }} has open jobs and no live worker',
    hint: 'Are its processes up and ready (/readyz)?',
  },
  {
    name: 'RembgUnhealthy',
    expr: 'sum(lanekeeper_rembg_servers{state="ready"}) == 0',
    for: '2m',
    severity: 'page',
    summary: 'No rembg server can be used',
    hint: 'Are the rembg containers up, and have they loaded their model? Jobs wait and are tried again.',
  },
  {
    name: 'LanePaused',
    expr: 'max by (workload) (lanekeeper_lanes_paused) > 0',
    for: '1h',
    severity: 'ticket',
    summary: 'Lanes of {{ $labels.workload }} have been paused for more than an hour',
    hint: 'GET /v1/lanes shows which and why; resume when the cause is gone.',
  },
  {
    name: 'NatsDown',
    expr: 'max by (job) (lanekeeper_ready{check="nats"}) == 0',
    for: '1m',
    severity: 'page',
    summary: '{{ $labels.job }} does not reach NATS',
    hint: 'Nothing is accepted meanwhile; what was accepted is safe.',
  },
  {
    name: 'DatabaseDown',
    expr: 'max by (job) (lanekeeper_ready{check="database"}) == 0',
    for: '1m',
    severity: 'page',
    summary: '{{ $labels.job }} does not reach the database',
    hint: 'Finished images wait for it; the projection goes on where it was.',
  },
  {
    name: 'DiskFilling',
    expr: 'min by (job, disk) (lanekeeper_disk_free_share) < 0.1 or max(lanekeeper_jetstream_used_bytes) / (max(lanekeeper_jetstream_limit_bytes) > 0) > 0.85',
    for: '10m',
    severity: 'page',
    summary: 'A disk is nearly full: stored images, or the streams of NATS',
    hint: 'Images: remove or move old ones. Streams: raise the limit, or the disk; never purge COMMANDS.',
  },
];
