import { describe, expect, inject, it } from 'vitest';
import { openSse, type SseConnection, type SseEvent } from './sse-client.ts';
import { aCommand, eventsOf, openTestbed, type RunningStatus, type Testbed, untilApplied } from './testbed.ts';

const open = () => openTestbed(inject('natsUrl'), inject('mysqlAdminUrl'));
const seqOf = (event: SseEvent | undefined) => event?.data.seq as number;

/** Reads until an event with this sequence came; fails at the end of the stream. */
async function readUpTo(sse: SseConnection, seq: number): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  while (seqOf(events.at(-1)) !== seq) {
    const event = await sse.next();
    if (event === undefined) throw new Error('the stream ended');
    events.push(event);
  }
  return events;
}

/** Stores progress of one job, `count` times, at about `perSecond`; returns the sequences. */
async function flow(bed: Testbed, count: number, perSecond: number, job = aCommand()): Promise<number[]> {
  const seqs = [await bed.publish(eventsOf(job).started())];
  const started = performance.now();
  const pending: Promise<number>[] = [];
  for (let n = 1; n < count; n++) {
    const due = started + (n * 1_000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    pending.push(bed.publish(eventsOf(job).progressed((n * 100) / count)));
  }
  return [...seqs, ...(await Promise.all(pending))].sort((a, b) => a - b);
}

describe('GET /v1/events', () => {
  it('sends new events with their sequence, type and body', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const job = aCommand();
    await untilApplied(status, await bed.publish(eventsOf(aCommand()).queued()));
    const sse = await openSse(`${status.url}/v1/events`);
    expect(sse.headers.get('content-type')).toContain('text/event-stream');
    expect(sse.headers.get('cache-control')).toBe('no-store');
    expect(sse.headers.get('x-accel-buffering')).toBe('no');
    const event = eventsOf(job).queued();
    const seq = await bed.publish(event);
    expect(await sse.next()).toEqual({ id: String(seq), type: 'queued', data: { ...event, seq } });
    expect(sse.text()).toMatch(/^retry: \d+\n/);
    sse.close();
  });

  it('never runs ahead of what polling shows', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const job = aCommand();
    const sse = await openSse(`${status.url}/v1/events?job=${job.jobId}`);
    const flowing = flow(bed, 100, 300, job);
    for (let n = 0; n < 100; n++) {
      const event = await sse.next();
      const { body } = await status.get(`/v1/jobs/${job.jobId}`);
      expect(body.lastSeq).toBeGreaterThanOrEqual(seqOf(event));
    }
    await flowing;
    sse.close();
  });

  it.each(['job', 'lane', 'workload', 'tenant'] as const)('narrows by %s, live and from the past', async (part) => {
    await using bed = await open();
    await using status = await bed.start();
    const lane = 'läne@x.example';
    const wanted = aCommand({ jobId: 'wanted', lane, workload: 'fetch', tenant: 'tenant-a' });
    const other = aCommand({ tenant: 'tenant-b' });
    const value = { job: 'wanted', lane, workload: 'fetch', tenant: 'tenant-a' }[part];
    const url = `${status.url}/v1/events?${part}=${encodeURIComponent(value)}`;
    const live = await openSse(url);
    const expected: number[] = [];
    for (const step of ['queued', 'started', 'completed'] as const) {
      await bed.publish(eventsOf(other)[step]());
      expected.push(await bed.publish(eventsOf(wanted)[step]()));
    }
    await bed.publish(eventsOf(aCommand()).queued());
    const last = expected[2] as number;
    expect((await readUpTo(live, last)).map(seqOf)).toEqual(expected);
    const again = await openSse(`${url}&after=0`);
    expect((await readUpTo(again, last)).map(seqOf)).toEqual(expected);
    live.close();
    again.close();
  });

  it('sends a caller only the events of its tenants', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const [mine, theirs] = [aCommand({ tenant: 'me' }), aCommand({ tenant: 'them' })];
    const asMe = { 'x-lanekeeper-tenants': '["me"]' };
    const live = await openSse(`${status.url}/v1/events`, asMe);
    const spying = await openSse(`${status.url}/v1/events?job=${theirs.jobId}&tenant=them`, asMe);
    const expected: number[] = [];
    for (const step of ['queued', 'started', 'completed'] as const) {
      await bed.publish(eventsOf(theirs)[step]());
      expected.push(await bed.publish(eventsOf(mine)[step]()));
    }
    expect((await readUpTo(live, expected[2] as number)).map(seqOf)).toEqual(expected);
    await status.stop();
    expect(await spying.next()).toMatchObject({ type: 'drain' });
  });

  it('knows the tenant of a job that was introduced before the service started', async () => {
    await using bed = await open();
    const first = await bed.start();
    const job = aCommand({ tenant: 'me' });
    await untilApplied(first, await bed.publish(eventsOf(job).queued()));
    const jsm = await bed.js.jetstreamManager();
    await first.stop();
    await jsm.streams.purge(bed.names.eventsStream);
    await using second = await bed.start();
    const sse = await openSse(`${second.url}/v1/events`, { 'x-lanekeeper-tenants': '["me"]' });
    const seq = await bed.publish(eventsOf(job).completed());
    expect(seqOf(await sse.next())).toBe(seq);
    sse.close();
  });

  it.each([
    ['all events', ''],
    ['one job', 'job=flowing'],
  ])('misses and doubles nothing of %s while clients come and go and 500 events a second flow', async (_, query) => {
    await using bed = await open();
    const first = await bed.start();
    await untilApplied(first, (await flow(bed, 300, 10_000)).at(-1) as number);
    const flowing = flow(bed, 1_500, 500, aCommand({ jobId: 'flowing' }));
    let status: RunningStatus = first;
    let lastId = '300';
    const seen: number[] = [];
    for (let turn = 0; seen.length < 1_500; turn++) {
      const url = `${status.url}/v1/events?${query}`;
      const sse = await openSse(turn % 2 === 0 ? `${url}&after=${lastId}` : url, { 'last-event-id': lastId });
      for (let n = 0; n < 150 && seen.length < 1_500; n++) {
        const event = await sse.next();
        if (event === undefined || event.type === 'drain') break;
        seen.push(seqOf(event));
      }
      lastId = sse.lastId();
      sse.close();
      if (turn === 3) {
        await status.stop();
        status = await bed.start();
      }
    }
    expect(seen).toEqual(await flowing);
  });

  it('reads the far past from the stream, and goes over to live without a gap', async () => {
    await using bed = await open();
    const past = await flow(bed, 3_000, 20_000);
    await using status = await bed.start();
    await untilApplied(status, 3_000);
    const flowing = flow(bed, 500, 500);
    const all = await openSse(`${status.url}/v1/events?after=0`);
    const some = await openSse(`${status.url}/v1/events?after=0&lane=v1&workload=remove-bg`);
    const live = await flowing;
    const last = live.at(-1) as number;
    expect((await readUpTo(all, last)).map(seqOf)).toEqual([...past, ...live]);
    expect((await readUpTo(some, last)).map(seqOf)).toEqual([...past, ...live]);
    const jsm = await bed.js.jetstreamManager();
    all.close();
    some.close();
    const left = await jsm.consumers.list(bed.names.eventsStream).next();
    expect(left.map(({ name }) => name.split('_')[0]).sort()).toEqual(['live', 'projection']);
  });

  it('finds the few events of one job among thousands', async () => {
    await using bed = await open();
    const job = aCommand();
    const wanted = [await bed.publish(eventsOf(job).queued())];
    await flow(bed, 1_500, 20_000);
    wanted.push(await bed.publish(eventsOf(job).started()));
    await flow(bed, 2_500, 20_000);
    await using status = await bed.start();
    await untilApplied(status, 4_002);
    const sse = await openSse(`${status.url}/v1/events?job=${job.jobId}&after=0`);
    wanted.push(await bed.publish(eventsOf(job).completed()));
    expect((await readUpTo(sse, wanted[2] as number)).map(seqOf)).toEqual(wanted);
    sse.close();
  });

  it('begins now without a resume point, even right after a start', async () => {
    await using bed = await open();
    await flow(bed, 50, 10_000);
    await using status = await bed.start();
    const sse = await openSse(`${status.url}/v1/events`);
    const seq = await bed.publish(eventsOf(aCommand()).queued());
    expect(seqOf(await sse.next())).toBe(seq);
    sse.close();
  });

  it('gives a client that lost its connection before the first event a point to resume from', async () => {
    await using bed = await open();
    await using status = await bed.start();
    await untilApplied(status, await bed.publish(eventsOf(aCommand()).queued()));
    const sse = await openSse(`${status.url}/v1/events`, { 'last-event-id': '1' });
    const missed = await bed.publish(eventsOf(aCommand()).queued());
    sse.close();
    const again = await openSse(`${status.url}/v1/events`, { 'last-event-id': sse.lastId() || '1' });
    expect(seqOf(await again.next())).toBe(missed);
    again.close();
  });

  it('says that events are gone when the resume point is older than the stream', async () => {
    await using bed = await open();
    const jobs = Array.from({ length: 6 }, () => aCommand());
    for (const job of jobs) await bed.publish(eventsOf(job).queued());
    const jsm = await bed.js.jetstreamManager();
    await jsm.streams.purge(bed.names.eventsStream, { seq: 5 });
    await using status = await bed.start();
    await untilApplied(status, 6);
    const sse = await openSse(`${status.url}/v1/events?after=2`);
    expect(await sse.next()).toEqual({ id: '4', type: 'gap', data: { firstSeq: 5 } });
    expect([seqOf(await sse.next()), seqOf(await sse.next())]).toEqual([5, 6]);
    sse.close();
  });

  it('starts over, and says so, for a resume point that the stream never reached', async () => {
    await using bed = await open();
    await using status = await bed.start();
    await untilApplied(status, await bed.publish(eventsOf(aCommand()).queued()));
    const sse = await openSse(`${status.url}/v1/events`, { 'last-event-id': '5000' });
    expect(await sse.next()).toMatchObject({ type: 'gap', data: { firstSeq: 1 } });
    expect(seqOf(await sse.next())).toBe(1);
    sse.close();
  });

  it('keeps idle connections open and moves their resume point past what they did not want', async () => {
    await using bed = await open();
    await using status = await bed.start({ SSE_HEARTBEAT_MS: '100' });
    const sse = await openSse(`${status.url}/v1/events?job=none`);
    const seq = await bed.publish(eventsOf(aCommand()).queued());
    const next = sse.next();
    while (!sse.text().includes(`: heartbeat\nid: ${seq}\n\n`)) await new Promise((resolve) => setTimeout(resolve, 10));
    await status.stop();
    expect(await next).toEqual({ id: String(seq), type: 'drain', data: {} });
    expect(await sse.next()).toBeUndefined();
  });

  it('is not held up by a client that takes nothing', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const reading = await openSse(`${status.url}/v1/events`);
    const stalled = await openSse(`${status.url}/v1/events`);
    const job = aCommand({ data: { filler: 'x'.repeat(500_000) } });
    let last = 0;
    for (let n = 1; n <= 40; n++) last = await bed.publish(eventsOf(job).started(n));
    expect(await readUpTo(reading, last)).toHaveLength(40);
    reading.close();
    stalled.close();
  });

  it.each([
    ['after=-1', {}, '/after'],
    ['after=x', {}, '/after'],
    ['job=a.b', {}, '/job'],
    ['lanes=x', {}, '/lanes'],
    ['', { 'last-event-id': 'abc' }, '/last-event-id'],
  ])('refuses ?%s %j and names %s', async (query, headers, pointer) => {
    await using bed = await open();
    await using status = await bed.start();
    const { status: code, body } = await status.get(`/v1/events?${query}`, headers);
    expect(code).toBe(400);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});
