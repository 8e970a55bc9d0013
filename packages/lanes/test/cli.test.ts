import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { JobFailure } from '../src/mod.ts';
import { Fixture, WORKLOAD } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.open(inject('natsUrl'));
});
afterEach(() => fixture.close());

/** Each command is a process of its own, which a busy machine takes seconds to start. */
const TIMEOUT = { timeout: 180_000 };
const CLI = path.join(import.meta.dirname, '../src/cli.ts');
const run = promisify(execFile);

type Ran = { code: number; stdout: string; stderr: string };

async function lanes(args: string[], prefix = fixture.prefix): Promise<Ran> {
  const env = { ...process.env, NATS_URL: inject('natsUrl'), STREAM_PREFIX: prefix };
  try {
    return { code: 0, ...(await run(process.execPath, [CLI, ...args], { env })) };
  } catch (error) {
    return error as Ran;
  }
}
const json = async (...args: string[]) => JSON.parse((await lanes([...args, '--json'])).stdout);

it('lists lanes, pauses one, shows it, and resumes it', TIMEOUT, async () => {
  await fixture.submit('a b', 2);
  expect(await lanes(['pause', WORKLOAD, 'a b', '--reason', 'locked out'])).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await lanes(['ls', WORKLOAD]);
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    expect.stringMatching(/^LANE +COMMANDS +OLDEST +PAUSED$/),
    expect.stringMatching(/^a b +2 +\S+Z +since \S+Z: locked out$/),
  ]);
  expect(await json('show', WORKLOAD, 'a b')).toMatchObject({ commands: 2, paused: { reason: 'locked out' } });
  expect(await json('resume', WORKLOAD, 'a b')).toMatchObject({ wasPaused: true });
  expect(await json('ls', WORKLOAD)).toMatchObject({ total: 1, lanes: [{ lane: 'a b', commands: 2 }] });
});

it('cancels a job, tells its story, and retries it', TIMEOUT, async () => {
  const [id = ''] = await fixture.submit('a', 1);
  expect((await lanes(['cancel', id, '--reason', 'ordered twice'])).stdout).toBe(`${id} cancelled\n`);
  expect(await lanes(['cancel', id])).toMatchObject({ code: 1, stderr: 'OVER: the job is over: cancelled\n' });
  expect((await lanes(['show', id])).stdout).toMatch(/^AT .*\n\S+Z +queued\n\S+Z +cancelled +ordered twice\n$/);
  expect(await json('retry', id)).toMatchObject({ retryOf: id, replayed: false });
});

it('cancels what is open in a lane, and changes the fleet limit', TIMEOUT, async () => {
  const ids = await fixture.submit('a', 2);
  await fixture.submit('b', 1);
  const cancelled = await json('cancel', '--workload', WORKLOAD, '--lane', 'a', '--reason', 'closed');
  expect(new Set(cancelled.map(({ jobId }: { jobId: string }) => jobId))).toEqual(new Set(ids));
  expect((await lanes(['fleet', WORKLOAD, '--limit', '7'])).stdout).toBe(`${WORKLOAD} runs up to 7 at once\n`);
  expect(await lanes(['fleet', WORKLOAD])).toMatchObject({ code: 2 });
  expect(await lanes(['cancel'])).toMatchObject({ code: 2 });
});

it('redrives what failed with a code', TIMEOUT, async () => {
  await fixture.worker(async () => {
    throw new JobFailure({ code: 'GONE', message: 'It is gone.', retryable: false });
  });
  const [id = ''] = await fixture.submit('a', 1);
  await fixture.until('a', id, 'failed');
  expect(await json('redrive', '--code', 'OTHER')).toEqual([]);
  expect(await json('redrive', '--code', 'GONE', '--dry-run')).toEqual([
    { jobId: id, workload: WORKLOAD, lane: 'a', code: 'GONE' },
  ]);
  expect((await lanes(['redrive', '--workload', WORKLOAD, '--lane', 'a'])).stdout).toContain(id);
});

it('says what it did not understand, or could not find, and creates nothing', TIMEOUT, async () => {
  expect(await lanes([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: lanes') });
  expect(await lanes(['dance'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no command "dance"') });
  expect(await lanes(['ls', WORKLOAD, '--limit', 'x'])).toMatchObject({ code: 2 });
  expect(await lanes(['ls', '--nope'])).toMatchObject({ code: 2 });
  expect((await lanes(['--help'])).stdout).toContain('lanes <command>');
  expect(await lanes(['show', 'nobody'])).toMatchObject({ code: 1, stderr: expect.stringContaining('UNKNOWN_JOB') });
  const elsewhere = await lanes(['ls', WORKLOAD], `${fixture.prefix}elsewhere_`);
  expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('there are no lanes here') });
  await expect(fixture.lanes.jsm.streams.info(`${fixture.prefix}elsewhere_COMMANDS`)).rejects.toThrow('not found');
});
