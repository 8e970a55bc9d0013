import { type Dashboard, lines, type Panel, percentiles, rate, stat } from './panels.ts';

const ALL = '';

function workload(file: string, title: string, name: string, panels: readonly Panel[]): Dashboard {
  const of = `{workload="${name}"}`;
  const common = [
    lines('Jobs that are not over', 'lanekeeper_jobs_open', 'short', 'workload', of),
    rate('Attempts by how they end', 'lanekeeper_attempts_total', 'outcome, code', of),
    percentiles('Time in the handler', 'lanekeeper_job_service_seconds', 'outcome', of),
    percentiles('Wait', 'lanekeeper_job_wait_seconds', 'workload', of),
  ];
  return { file, title, panels: [...common, ...panels] };
}

const steps = (filter: string): Panel[] => [
  percentiles('Time of each step', 'lanekeeper_step_seconds', 'step', filter),
  rate('Steps that fail', 'lanekeeper_step_seconds_count', 'step', filter.replace('}', ', outcome="failed"}')),
];

/** All dashboards. */
export const dashboards: readonly Dashboard[] = [
  {
    file: 'lanes',
    title: 'Lanes',
    panels: [
      lines('Lanes with open jobs', 'lanekeeper_lanes_open'),
      lines('Turns that wait for a slot', 'lanekeeper_turns_waiting'),
      lines('Age of the oldest open job', 'lanekeeper_jobs_oldest_seconds', 's'),
      lines('Paused lanes', 'lanekeeper_lanes_paused'),
      percentiles('Wait before the first attempt', 'lanekeeper_job_wait_seconds', 'workload'),
      {
        title: 'In flight against the fleet limit',
        unit: 'short',
        queries: [
          ['max by (workload) (lanekeeper_fleet_busy{workload=~"$workload"})', 'in flight {{workload}}'],
          ['max by (workload) (lanekeeper_fleet_limit{workload=~"$workload"})', 'limit {{workload}}'],
        ],
      },
      stat('Events not visible yet', 'max(lanekeeper_projection_lag)'),
      stat('Events left out', 'max(lanekeeper_projection_bad_events)'),
    ],
  },
  {
    file: 'workloads',
    title: 'Workloads',
    panels: [
      rate('Jobs accepted', 'lanekeeper_jobs_submitted_total', 'workload'),
      rate('Attempts by how they end', 'lanekeeper_attempts_total', 'workload, outcome'),
      percentiles('Time in the handler', 'lanekeeper_job_service_seconds', 'workload'),
      lines('Jobs by state', 'lanekeeper_jobs_by_state', 'short', 'workload, state'),
      percentiles('Time to answer a request', 'lanekeeper_http_request_seconds', 'route', ALL),
      rate('Requests by status', 'lanekeeper_http_request_seconds_count', 'status', ALL),
      stat('Uncertain jobs', 'max by (workload) (lanekeeper_jobs_by_state{state="uncertain"})', 'short', 'workload'),
      stat('Open event streams', 'sum(lanekeeper_sse_clients)'),
    ],
  },
  {
    file: 'workers',
    title: 'Workers',
    panels: [
      lines('Live workers', 'lanekeeper_workers'),
      lines('Slots', 'lanekeeper_worker_slots'),
      {
        title: 'Jobs running',
        unit: 'short',
        queries: [['sum by (workload) (lanekeeper_worker_busy)', '{{workload}}']],
      },
      rate('Retries', 'lanekeeper_attempts_total', 'workload, code', '{outcome="retry-scheduled"}'),
      lines('What is there (1) and what is not (0)', 'lanekeeper_ready', 'short', 'job, check', ALL),
      lines('Free share of disks', 'lanekeeper_disk_free_share', 'percentunit', 'job, disk', ALL),
      lines('Stored by JetStream', 'lanekeeper_jetstream_used_bytes', 'bytes', 'job', ALL),
    ],
  },
  workload('imaging', 'Imaging', 'remove-bg', [
    ...steps('{step=~"fetch photo|decode photo|rembg|cut out|store image|write record"}'),
    {
      title: 'Rembg servers',
      unit: 'short',
      queries: [['sum by (state) (lanekeeper_rembg_servers)', '{{state}}']],
    },
  ]),
  workload('marketplace', 'Marketplace', 'browser', steps('{job=~".*browser-worker"}')),
  workload('fetch', 'Dealer fetch', 'fetch', steps('{job=~".*fetch-worker"}')),
];
