import path from 'node:path';
import { readBody, startHost } from '@lanekeeper/local-stack';
import { type Drained, drain } from './lanes/drain.ts';
import { quantile, type Row } from './row.ts';

const ROUNDS = 3;
const BACKLOG = { lanes: 200, perLane: 20, slots: 50 };
const PRELOAD = path.join(import.meta.dirname, 'telemetry-preload.ts');

/** What tracing costs a worker that drains jobs which do nothing: each kind measured in turns, medians. */
export async function run(): Promise<Row[]> {
  const receiver = await startHost((request, response) => {
    readBody(request).then(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      () => response.destroy(),
    );
  });
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRIC_EXPORT_INTERVAL: '5000' };
  const kinds = {
    'no telemetry': undefined,
    'metrics for /metrics only (the default)': {},
    'all traces sent': on,
    'a tenth of the traces sent': { ...on, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
  };
  const measured = new Map<string, Drained[]>();
  for (let done = 0; done < ROUNDS; done++) {
    for (const [kind, settings] of Object.entries(kinds)) {
      measured.set(kind, [...(measured.get(kind) ?? []), await drainWith(settings)]);
    }
  }
  await receiver.close();
  return rowsOf(measured);
}

async function drainWith(settings: Record<string, string> | undefined): Promise<Drained> {
  if (settings) {
    process.env.WORKER_ARGS = `--import ${PRELOAD}`;
    process.env.BENCH_TELEMETRY = JSON.stringify(settings);
  }
  try {
    return await drain(BACKLOG);
  } finally {
    delete process.env.WORKER_ARGS;
    delete process.env.BENCH_TELEMETRY;
  }
}

/** Processor time, which other load on the machine hardly changes, and its ratio; the rate is for orientation. */
function rowsOf(measured: ReadonlyMap<string, Drained[]>): Row[] {
  const base = medians(measured.get('no telemetry') ?? []);
  return [...measured].flatMap(([kind, rounds]) => {
    const { perSecond, cpuMs } = medians(rounds);
    return [
      { what: `processor time of a job in the worker, ${kind}`, value: round(cpuMs), unit: 'ms' },
      { what: `times that without, ${kind}`, value: round(cpuMs / base.cpuMs), unit: '' },
      { what: `drain 200 lanes x 20, ${kind}`, value: round(perSecond), unit: '/s' },
    ];
  });
}

function medians(rounds: readonly Drained[]) {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMs: median(rounds.map(({ workerCpuMs }) => workerCpuMs)),
  };
}

const median = (values: readonly number[]) => quantile(values, 0.5);
const round = (value: number) => Math.round(value * 100) / 100;
