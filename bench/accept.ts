/**
 * How fast work is accepted: a request is answered when its commands and their events are on disk. The gateway runs as
 * its own process on real servers. Run alone: `node bench/accept.ts`.
 */
import { openLanes } from '@lanekeeper/lanes';
import { connect } from '@nats-io/transport-node';
import { Agent, request } from 'undici';
import { type GatewayUnderLoad, startGateway } from './gateway-process.ts';
import { quantile, type Row } from './row.ts';

const CLIENTS = 20;
const VENDORS = 5;

/** Measures; takes about half a minute. */
export async function run(): Promise<Row[]> {
  await using gateway = await startGateway();
  const agent = new Agent({ connections: CLIENTS });
  const post = poster(gateway, agent);
  await inTurn(50, () => post.single());
  await inTurn(5, () => post.bulk(1_000));
  const rows = [
    ...figures('bulk of 100, one client', await inTurn(150, () => post.bulk(100)), { p50: 40, p99: 120 }),
    ...figures('bulk of 1,000, one client', await inTurn(25, () => post.bulk(1_000)), { p50: 200 }),
    ...figures(`single, ${CLIENTS} clients`, await atOnce(100, () => post.single()), { p99: 25 }),
    ...figures(`bulk of 100, ${CLIENTS} clients`, await atOnce(8, () => post.bulk(100)), {}),
    ...figures('the engine alone: submit of 100', await engineAlone(gateway, 100), {}),
    ...figures('the engine alone: submit of 1,000', await engineAlone(gateway, 1_000), {}),
  ];
  await agent.close();
  return rows;
}

function poster({ url }: GatewayUnderLoad, dispatcher: Agent) {
  let sent = 0;
  const send = async (route: string, body: object) => {
    const startedAt = performance.now();
    const answer = await request(`${url}/api/image-queue/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`${route} answered ${answer.statusCode}: ${text}`);
    return performance.now() - startedAt;
  };
  const photo = () => `https://photos.example/${sent++}.jpg`;
  const vendorId = () => `vendor-${sent % VENDORS}`;
  return {
    single: () => send('remove-bg-queue', { recordId: `r${sent}`, photoUrl: photo(), vendorId: vendorId() }),
    bulk: (count: number) => {
      const recordIds = Array.from({ length: count }, (_, n) => `r${sent + n}`);
      return send('bulk-remove-bg', { recordIds, photoUrls: recordIds.map(photo), vendorId: vendorId() });
    },
  };
}

/** The same durable writes without HTTP, as the limit of what the gateway can reach. */
async function engineAlone({ natsUrl }: GatewayUnderLoad, count: number): Promise<number[]> {
  const nc = await connect({ servers: new URL(natsUrl).host });
  const lanes = await openLanes({ nc });
  const jobs = Array.from({ length: count }, (_, n) => ({
    workload: 'remove-bg',
    width: 3,
    lane: 'vendor-raw',
    data: { recordId: `r${n}`, photoUrl: `https://photos.example/${n}.jpg`, vendorId: 'vendor-raw' },
    tenant: 'vendor-raw',
  }));
  const times = await inTurn(count > 100 ? 15 : 50, async () => {
    const startedAt = performance.now();
    await lanes.submit(jobs);
    return performance.now() - startedAt;
  });
  await nc.close();
  return times;
}

async function inTurn(count: number, act: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) times.push(await act());
  return times;
}

async function atOnce(each: number, act: () => Promise<number>): Promise<number[]> {
  return (await Promise.all(Array.from({ length: CLIENTS }, () => inTurn(each, act)))).flat();
}

function figures(what: string, times: readonly number[], targets: { p50?: number; p99?: number }): Row[] {
  return ([0.5, 0.99] as const).map((q) => {
    const name = q === 0.5 ? 'p50' : 'p99';
    const target = targets[name];
    const row = { what: `${what}, ${name}`, value: Math.round(quantile(times, q) * 10) / 10, unit: 'ms' };
    return target === undefined ? row : { ...row, target };
  });
}

if (import.meta.main) console.table(await run());
