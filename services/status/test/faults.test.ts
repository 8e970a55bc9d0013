import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { evolve, type Job, type JobEvent } from '@lanekeeper/contracts';
import {
  freePort,
  type LaunchedProcess,
  launchProcess,
  type MysqlServer,
  type NatsServer,
  startMysql,
  startNats,
} from '@lanekeeper/local-stack';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSse } from './sse-client.ts';
import { aCommand, eventsOf, type Json, openTestbed, type Testbed } from './testbed.ts';

let dir: string;
let nats: NatsServer;
let mysql: MysqlServer;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-status-'));
  [nats, mysql] = await Promise.all([
    startNats({ dir: path.join(dir, 'nats') }),
    startMysql({ dir: path.join(dir, 'mysql') }),
  ]);
});
afterAll(async () => {
  await Promise.all([nats?.stop(), mysql?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

const LANES = 50;
const EVENTS_PER_LANE = 100;

/** Runs 50 lanes of ten jobs each, ten events a job, 5,000 events in all; resolves with each event's sequence. */
async function load(bed: Testbed, stored: (count: number) => void): Promise<Map<number, JobEvent>> {
  const bySeq = new Map<number, JobEvent>();
  const lane = async (name: string) => {
    for (let n = 0; n < EVENTS_PER_LANE / 10; n++) {
      const events = eventsOf(aCommand({ lane: name }));
      const life = [events.queued(), events.started(), ...[10, 20, 30].map((percent) => events.progressed(percent))];
      life.push(events.retry(), events.started(2, 6), events.progressed(50, 2), events.progressed(90, 2));
      for (const event of [...life, events.completed(2, 9)]) {
        bySeq.set(await publishSurely(bed, event), event);
        stored(bySeq.size);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, n) => lane(`lane-${n}`)));
  return bySeq;
}

/** Stores an event once, through lost connections, as a worker does. */
async function publishSurely(bed: Testbed, event: JobEvent): Promise<number> {
  const msgID = crypto.randomUUID();
  const subject = bed.names.event(event.workload, event.lane, event.jobId);
  for (;;) {
    try {
      return (await bed.js.publish(subject, JSON.stringify(event), { msgID, timeout: 1_000 })).seq;
    } catch {
      await delay(50);
    }
  }
}

/** Follows all events as a browser does: reconnects to whichever replica answers, with the last id. */
async function follow(urls: () => string[], last: () => number | undefined): Promise<number[]> {
  const seen: number[] = [];
  let lastId = '0';
  for (let turn = 0; last() === undefined || seen.at(-1) !== last(); turn++) {
    const url = urls()[turn % urls().length];
    const headers = { 'last-event-id': lastId };
    const sse = await openSse(`${url}/v1/events`, headers).catch(() => undefined);
    for (let event = await sse?.next(); event; event = await sse?.next()) {
      if (event.type === 'drain') break;
      seen.push(event.data.seq);
      if (seen.at(-1) === last()) break;
    }
    lastId = sse?.lastId() || lastId;
    sse?.close();
    if (sse === undefined) await delay(50);
  }
  return seen;
}

/** Runs the load, causes the fault in the middle, and checks that everything is as if nothing had happened. */
async function survives(bed: Testbed, urls: () => string[], fault: () => Promise<void>): Promise<void> {
  const middle = Promise.withResolvers<void>();
  let last: number | undefined;
  const following = follow(urls, () => last);
  const [bySeq] = await Promise.all([
    load(bed, (count) => {
      if (count === 1_500) middle.resolve();
    }),
    middle.promise.then(fault),
  ]);
  const events = [...bySeq].sort(([a], [b]) => a - b);
  last = events.at(-1)?.[0] as number;
  const expected = new Map<string, Job>();
  for (const [seq, event] of events) {
    const job = evolve(expected.get(event.jobId), event, seq);
    if (job) expected.set(event.jobId, job);
  }
  await publishSurely(bed, eventsOf(aCommand({ lane: 'after' })).queued()); // wakes up whoever only waits for more
  const seen = await following;
  expect(seen).toEqual(events.map(([seq]) => seq));
  expect(await allJobs(urls()[0] as string, last)).toEqual(new Map([...expected].sort()));
  // The job in lane `after` may be on its way yet, and numbers may be a second old.
  const numbers = { completed: expected.size, active: 0, delayed: 0, waiting: 1 };
  const stats = () => getJson(`${urls()[0]}/v1/stats?tenant=t1`);
  await vi.waitFor(async () => expect((await stats()).workloads['remove-bg']).toMatchObject(numbers), 20_000);
}

async function allJobs(url: string, minSeq: number): Promise<Map<string, Job>> {
  const jobs: Job[] = [];
  let after = '';
  do {
    const page = await getJson(`${url}/v1/jobs?limit=500&minSeq=${minSeq}${after}`);
    jobs.push(...page.jobs.filter(({ lane }: Job) => lane !== 'after'));
    after = page.next === undefined ? '' : `&after=${page.next}`;
  } while (after !== '');
  return new Map(jobs.map((job) => [job.id, job] as const).sort());
}

async function getJson(url: string): Promise<Json> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === 200) return response.json();
    if (response !== undefined && response.status !== 503) throw new Error(`${url} answered ${response.status}`);
    await delay(50);
  }
}

describe('5,000 events', { timeout: 60_000 }, () => {
  it('are all there once when the database is killed and started again meanwhile', async () => {
    await using bed = await openTestbed(nats.url, mysql.adminUrl);
    await using status = await bed.start();
    await survives(
      bed,
      () => [status.url],
      async () => {
        await mysql.kill();
        expect((await status.get('/v1/jobs')).body).toMatchObject({ code: 'NOT_READY' });
        expect((await status.get('/readyz')).status).toBe(503);
        await delay(2_000); // an outage long enough that the load goes on without a database
        await mysql.restart();
      },
    );
    expect((await status.get('/readyz')).body).toEqual({ status: 'ready' });
  });

  it('are all there once when NATS is killed and started again meanwhile', async () => {
    await using bed = await openTestbed(nats.url, mysql.adminUrl);
    await using status = await bed.start();
    await survives(
      bed,
      () => [status.url],
      async () => {
        await nats.kill();
        await nats.restart();
      },
    );
  });

  it('are all there once when the replica that projects is killed', async () => {
    await using bed = await openTestbed(nats.url, mysql.adminUrl);
    const replicas: { url: string; process: LaunchedProcess }[] = [];
    for (const name of ['first', 'second']) {
      const port = await freePort(0);
      const process = await launchProcess({
        command: globalThis.process.execPath,
        args: [path.join(import.meta.dirname, '../src/main.ts')],
        env: { ...bed.env, PORT: String(port), LOG_LEVEL: 'info', PROJECTION_LEASE_MS: '1000' },
        logFile: path.join(dir, `${name}.log`),
        ready: /"listening"/,
      });
      replicas.push({ url: `http://127.0.0.1:${port}`, process });
    }
    const urls = () => replicas.map(({ url }) => url);
    await survives(bed, urls, async () => {
      const [{ holder } = { holder: '' }] = await bed.db.selectFrom('projections').select('holder').execute();
      const active = replicas.find(({ process }) => holder?.includes(`-${process.pid}-`));
      await active?.process.kill('SIGKILL');
      replicas.splice(replicas.indexOf(active as never), 1);
      expect(replicas).toHaveLength(1);
    });
    const exits = await Promise.all(replicas.map(({ process }) => process.stop()));
    expect(exits).toEqual([{ code: 0, signal: null }]);
  });
});
