/** How long attempts of a workload take, in milliseconds: median and 90th percentile. */
export type ServiceTimes = { p50: number; p90: number };

/** What an estimate is made from. */
export type Outlook = {
  /** Jobs of this request. */
  own: number;
  /** Jobs of the workload that were there before: waiting, running, or waiting for another attempt. */
  ahead: number;
  /** Lanes that these jobs are in. */
  lanesAhead: number;
  /** Jobs of one lane that run at the same time. */
  width: number;
  /** Jobs of the workload that run at the same time. */
  fleetLimit: number;
  serviceMs: ServiceTimes;
};

/** Seconds until all jobs of a request are done. */
export type Estimate = { min: number; max: number };

/**
 * When all jobs of a request will be done. Lanes take turns, so at best only one round of the other lanes goes before
 * each round of this lane; at worst everything ahead is in this very lane and goes first.
 */
export function estimate({ own, ahead, lanesAhead, width, fleetLimit, serviceMs }: Outlook): Estimate {
  const rounds = Math.ceil(own / Math.max(1, Math.min(width, fleetLimit)));
  const between = Math.min(ahead, lanesAhead * rounds);
  const fleet = Math.max(1, fleetLimit);
  const best = Math.max(rounds, Math.ceil((between + own) / fleet)) * serviceMs.p50;
  const worst = Math.max(rounds, Math.ceil((ahead + own) / fleet)) * Math.max(serviceMs.p50, serviceMs.p90);
  return { min: Math.max(1, Math.floor(best / 1000)), max: Math.max(1, Math.ceil(worst / 1000)) };
}

/** An estimate as people say it: `less than a minute`, `2-3 minutes`, `1-2 hours`. */
export function sentenceOf({ min, max }: Estimate): string {
  if (max < 60) return 'less than a minute';
  if (max <= 120 * 60) return range(min, max, 60, 'minute');
  return min < 60 * 60 ? `up to ${plural(Math.ceil(max / 3600), 'hour')}` : range(min, max, 3600, 'hour');
}

function range(min: number, max: number, unit: number, name: string): string {
  const from = Math.max(1, Math.floor(min / unit));
  const to = Math.max(from, Math.ceil(max / unit));
  return from === to ? plural(to, name) : `${from}-${plural(to, name)}`;
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
