import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { freePort } from '@lanekeeper/local-stack';
import { expect, test } from 'vitest';
import { Testbed } from './testbed.ts';

const SLOW = { timeout: 300_000 };

/** Right before each of these the worker dies; `confirm` is right after the click on Publish, `publish` right before. */
const STEPS = ['open-site', 'photos', 'intend', 'publish', 'confirm'];

test('a worker that is killed at any step of a post leaves exactly one listing in the end', SLOW, async () => {
  await using bed = await Testbed.open({ BROWSER_ATTEMPTS: '20' });
  const site = await bed.startSite();
  const id = await bed.account('killed@example.com');
  const [job = '', next = ''] = await bed.submit(bed.post(id, 'survivor'), bed.post(id, 'after'));
  for (const step of STEPS) {
    const worker = await bed.startWorker({ KILL_AT: step });
    expect(await worker.exited, step).toMatchObject({ signal: 'SIGKILL' });
  }
  await bed.startWorker();
  const { result } = await bed.until(id, job, 'completed');
  await bed.until(id, next, 'completed');
  const listings = await site.listings('killed@example.com');
  expect(listings.map(({ title }) => title)).toEqual(['after', 'survivor']);
  expect(result).toMatchObject({ listingId: listings[1]?.listingId });
  const history = await bed.lanes.history({ jobId: job });
  expect(history.filter(({ type }) => type === 'started')).toHaveLength(STEPS.length + 1);
});

test('a site that is down and comes back is waited for, in order; unkept evidence changes nothing', SLOW, async () => {
  await using bed = await Testbed.open({ BROWSER_ATTEMPTS: '20' });
  const site = await bed.startSite();
  const way = await freePort();
  const file = path.join(bed.dir, 'a file');
  await writeFile(file, '');
  await bed.startWorker({ GENERIC_SITE_URL: `http://127.0.0.1:${way}`, EVIDENCE_DIR: path.join(file, 'evidence') });
  const id = await bed.account('down@example.com');
  const [first = '', second = ''] = await bed.submit(bed.post(id, 'one'), bed.post(id, 'two'));
  const { error } = await bed.until(id, first, 'retry-scheduled');
  expect(error).toMatchObject({ code: 'SITE_UNREACHABLE', message: expect.not.stringContaining('/evidence/') });
  expect((await bed.accounts.find(id))?.state).toBe('site_error');
  expect((await bed.lanes.events.last('browser', id, second))?.event.type).toBe('queued');
  const opened = await openWay(way, site.url);
  await bed.until(id, second, 'completed');
  opened.close();
  expect((await site.listings('down@example.com')).map(({ title }) => title)).toEqual(['two', 'one']);
});

/** Lets connections to a port through to the site. */
async function openWay(port: number, url: string): Promise<Server> {
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((one) => one.destroy()));
    socket.pipe(onward).pipe(socket);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('many accounts at once never have more browsers than the fleet limit, over two workers', SLOW, async () => {
  await using bed = await Testbed.open({ BROWSER_FLEET_LIMIT: '3' });
  const site = await bed.startSite();
  const emails = Array.from({ length: 20 }, (_, at) => `fleet-${at}@example.com`);
  const ids = await Promise.all(emails.map((email) => bed.account(email)));
  const jobs = await bed.submit(...ids.map((id) => bed.post(id, 'part')));
  await Promise.all([bed.startWorker(), bed.startWorker()]);
  await Promise.all(ids.map((id, at) => bed.until(id, jobs[at] ?? '', 'completed')));
  const { peak, accounts } = await site.browsers();
  expect(peak).toBe(3);
  expect(emails.map((email) => accounts[email]?.peak)).toEqual(emails.map(() => 1));
});
