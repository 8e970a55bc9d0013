/**
 * How soon an event that is stored is visible: to a client that polls and to one that has a stream open, at 500 events a
 * second. The status service runs as its own process on real servers. Run alone: `node bench/status-latency.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, launchProcess, startMysql, startNats } from '@lanekeeper/local-stack';
import { openSse } from '../services/status/test/sse-client.ts';
import { aCommand, eventsOf, openTestbed, type Testbed } from '../services/status/test/testbed.ts';
import { quantile, type Row } from './row.ts';

const PER_SECOND = 500;
const SECONDS = 10;
/** Seconds before the measurement in which everything warms up. */
const WARM_UP = 3;
const LANES = 50;
/** Every n-th event is also asked for by polling. */
const POLL_EVERY = 5;
const TARGET_MS = 50;

/** Measures; takes some twenty seconds. */
export async function run(): Promise<Row[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-bench-'));
  const [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql') }),
  ]);
  try {
    await using bed = await openTestbed(nats.url, mysql.adminUrl);
    const port = await freePort(0);
    const status = await launchProcess({
      command: process.execPath,
      args: [path.resolve(import.meta.dirname, '../services/status/src/main.ts')],
      env: { ...bed.env, PORT: String(port), LOG_LEVEL: 'info' },
      logFile: path.join(dir, 'status.log'),
      ready: /"listening"/,
    });
    try {
      return toRows(await measure(bed, `http://127.0.0.1:${port}`));
    } finally {
      await status.stop();
    }
  } finally {
    await Promise.all([nats.stop(), mysql.stop()]);
    await rm(dir, { recursive: true, force: true });
  }
}

type Measured = { poll: number[]; stream: number[]; perSecond: number };

async function measure(bed: Testbed, url: string): Promise<Measured> {
  const total = PER_SECOND * (WARM_UP + SECONDS);
  const stored = new Map<number, number>();
  const arrived = new Map<number, number>();
  const poll = new Map<number, number>();
  const sse = await openSse(`${url}/v1/events`);
  const streaming = (async () => {
    while (arrived.size < total) {
      const event = await sse.next();
      if (event === undefined) throw new Error('the stream ended');
      arrived.set(event.data.seq, performance.now());
    }
  })();
  const asking: Promise<void>[] = [];
  const began = performance.now();
  await generate(bed, total, async (n, publish, jobId) => {
    const seq = await publish();
    stored.set(seq, performance.now());
    if (n % POLL_EVERY === 0) asking.push(askFor(url, jobId, seq, poll));
  });
  const took = performance.now() - began;
  await Promise.all([streaming, ...asking]);
  sse.close();
  const after = (seqs: Map<number, number>) =>
    [...seqs]
      .filter(([seq]) => seq > PER_SECOND * WARM_UP)
      .map(([seq, at]) => Math.max(0, at - (stored.get(seq) as number)));
  return { poll: after(poll), stream: after(arrived), perSecond: (total / took) * 1_000 };
}

async function askFor(url: string, jobId: string, seq: number, seen: Map<number, number>): Promise<void> {
  const response = await fetch(`${url}/v1/jobs/${jobId}?minSeq=${seq}`);
  const { lastSeq } = (await response.json()) as { lastSeq: number };
  if (lastSeq < seq) throw new Error(`an older state was read: ${lastSeq}, not ${seq}`);
  seen.set(seq, performance.now());
}

type Store = (n: number, publish: () => Promise<number>, jobId: string) => Promise<void>;

/** Stores events at an even pace; jobs of 50 lanes go through their lives. */
async function generate(bed: Testbed, total: number, store: Store): Promise<void> {
  const lives = Array.from({ length: LANES }, (_, lane) => lifeOf(`lane-${lane}`));
  const pending: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < total; n++) {
    const wait = began + (n * 1_000) / PER_SECOND - performance.now();
    if (wait > 1) await delay(wait);
    const event = lives[n % LANES]?.next().value;
    if (event) pending.push(store(n, () => bed.publish(event), event.jobId));
  }
  await Promise.all(pending);
}

function* lifeOf(lane: string) {
  for (;;) {
    const events = eventsOf(aCommand({ lane }));
    yield events.queued();
    yield events.started();
    for (const percent of [20, 40, 60, 80]) yield events.progressed(percent);
    yield events.completed();
  }
}

function toRows({ poll, stream, perSecond }: Measured): Row[] {
  const ms = (what: string, values: number[], share: number, target?: number): Row => {
    const value = Math.round(quantile(values, share) * 10) / 10;
    return { what, value, unit: 'ms', ...(target === undefined ? {} : { target }) };
  };
  return [
    { what: 'events stored', value: Math.round(perSecond), unit: '/s' },
    ms('stored event visible to polling, p50', poll, 0.5),
    ms('stored event visible to polling, p99', poll, 0.99, TARGET_MS),
    ms('stored event sent on a stream, p50', stream, 0.5),
    ms('stored event sent on a stream, p99', stream, 0.99, TARGET_MS),
  ];
}

if (import.meta.main) console.table(await run());
