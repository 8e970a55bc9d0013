import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isTerminal } from '@lanekeeper/contracts';
import type { Lanes } from '@lanekeeper/lanes';
import { projectRoot } from '@lanekeeper/local-stack';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { leftIn, readEvents } from '../chaos/observe.ts';
import { type Installation, startInstallation, WORKLOAD } from './installation.ts';

const WAIT = { timeout: 60_000, interval: 100 };
let dir: string;
let source: Installation;
let target: Installation;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-backup-'));
  source = await startInstallation(path.join(dir, 'source'), inject('mysqlAdminUrl'));
  target = await startInstallation(path.join(dir, 'target'), inject('mysqlAdminUrl'));
});
afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

it('an installation that was saved while it ran goes on elsewhere: every job ends once', {
  timeout: 240_000,
}, async () => {
  const lanes = await source.lanes();
  const status = await source.startStatus();
  const before = await submit(lanes, ['ann', 'ann', 'ann', 'bob', 'bob', 'cid']);
  await lanes.pause({ workload: WORKLOAD, lane: 'cid' }, 'a test');
  await finishOneOfEachLane(before);
  await covered(status.url, lanes);

  await save(source, 'early');
  const between = await submit(lanes, ['ann', 'dan']);
  await covered(status.url, lanes);
  await save(source, 'late');
  // As if the commands had been saved, more work come in, and then the events been saved.
  await takeOver('commands', 'early', 'late');
  await status.stop();

  const answer = await restore(target, 'late');
  expect(answer).toMatchObject({ commandsPutBack: between.length, projection: 'goes on' });
  await expect(restore(target, 'late')).rejects.toThrow(/an installation here already/);
  const restored = await target.lanes();
  expect((await restored.pausedLanes(WORKLOAD)).map(({ lane }) => lane)).toEqual(['cid']);
  const again: string[] = [];
  await target.worker(async ({ jobId }) => void again.push(jobId));
  await restored.resume({ workload: WORKLOAD, lane: 'cid' });
  await vi.waitFor(async () => expect(await leftIn(restored)).toEqual({ commands: 0, turns: 0 }), WAIT);

  const jobs = [...before, ...between];
  const events = await readEvents(restored);
  const ends = (jobId: string) => events.filter((event) => event.jobId === jobId && isTerminal(event.type)).length;
  expect(jobs.map(ends)).toEqual(jobs.map(() => 1));
  expect(again.toSorted()).toEqual(jobs.filter((jobId) => !finished.has(jobId)).toSorted());
  const elsewhere = await target.startStatus();
  await covered(elsewhere.url, restored);
  expect(await countsIn(target.database.url)).toEqual({ completed: jobs.length });
});

it('a database that is ahead of the saved events is not left so', { timeout: 120_000 }, async () => {
  const alone = await startInstallation(path.join(dir, 'alone'), inject('mysqlAdminUrl'));
  try {
    const options = ['--keep-database'];
    await expect(restore({ ...alone, database: source.database }, 'early', options)).rejects.toThrow(
      /seen events up to/,
    );
    const rebuilt = await restore({ ...alone, database: source.database }, 'early', [
      ...options,
      '--rebuild-projection',
    ]);
    expect(rebuilt).toMatchObject({ projection: 'rebuilt' });
    const status = await alone.startStatus(source.database.url);
    await covered(status.url, await alone.lanes());
    expect(Object.values(await countsIn(source.database.url)).reduce((sum, jobs) => sum + jobs, 0)).toBe(6);
  } finally {
    await alone[Symbol.asyncDispose]();
  }
});

const finished = new Set<string>();

/** Runs jobs until each lane that is not paused has ended one and begun the next, then stops the worker in their midst. */
async function finishOneOfEachLane(jobs: readonly string[]): Promise<void> {
  const [ann, , , bob] = jobs;
  const running = new Set<string>();
  const worker = await source.worker(async ({ jobId }, { signal }) => {
    if (jobId === ann || jobId === bob) return void finished.add(jobId);
    running.add(jobId);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await vi.waitFor(() => expect(running.size).toBe(2), WAIT);
  await worker.stop(0);
}

async function submit(lanes: Lanes, keys: readonly string[]): Promise<string[]> {
  const jobs = keys.map((lane, n) => ({ workload: WORKLOAD, width: 1, lane, data: { n }, tenant: 'test' }));
  return (await lanes.submit(jobs)).jobs.map(({ jobId }) => jobId);
}

/** Resolves when the projection covers all events. */
async function covered(statusUrl: string, { jsm, names }: Lanes): Promise<void> {
  const { state } = await jsm.streams.info(names.eventsStream);
  const ask = async () => (await fetch(`${statusUrl}/v1/jobs?limit=1&minSeq=${state.last_seq}`)).status;
  await vi.waitFor(async () => expect(await ask()).toBe(200), WAIT);
}

const folder = (name: string) => path.join(dir, `backup-${name}`);
const save = (from: Installation, name: string) => run(from, ['save', folder(name)]);
const restore = (to: Pick<Installation, 'nats' | 'database'>, name: string, options: readonly string[] = []) =>
  run(to, ['restore', folder(name), ...options]);

async function run({ nats, database }: Pick<Installation, 'nats' | 'database'>, args: string[]): Promise<object> {
  const env = { ...process.env, NATS_URL: nats.url, DATABASE_URL: database.url };
  const cli = path.join(projectRoot, 'packages/backup/src/cli.ts');
  return JSON.parse((await promisify(execFile)(process.execPath, [cli, ...args], { env })).stdout) as object;
}

/** Puts a stream of one backup into another in place of its own. */
async function takeOver(role: string, from: string, to: string): Promise<void> {
  type Streams = { streams: { role: string }[] };
  const [old, own] = (await Promise.all(
    [from, to].map(async (name) => JSON.parse(await readFile(path.join(folder(name), 'backup.json'), 'utf8'))),
  )) as [Streams, Streams];
  await copyFile(path.join(folder(from), `${role}.tar.s2`), path.join(folder(to), `${role}.tar.s2`));
  const streams = own.streams.map(
    (stream) => old.streams.find((other) => stream.role === role && other.role === role) ?? stream,
  );
  await writeFile(path.join(folder(to), 'backup.json'), JSON.stringify({ ...own, streams }));
}

async function countsIn(url: string): Promise<Record<string, number>> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT state, SUM(jobs) AS jobs FROM job_counts GROUP BY state HAVING SUM(jobs) <> 0',
    );
    return Object.fromEntries(rows.map(({ state, jobs }) => [String(state), Number(jobs)]));
  } finally {
    await connection.end();
  }
}
