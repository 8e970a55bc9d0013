/**
 * `npm run test:compose`: builds the images, starts the product by docker compose as an operator would, with the demo's
 * outside world, and drives a real photo through the gateway's container. Takes minutes, so it is no part of `npm test`.
 * Without Docker it says so and does nothing. COMPOSE_FILE may name overrides (deploy/compose/offline.yml).
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { type Compose, composeProject, dockerAnswers, outsideSites, ownServices } from './compose.ts';

const OUTSIDE = ['nats', 'mysql', 'demo-rembg', 'demo-photos', ...outsideSites()];
const WITHIN_MS = 5 * 60_000;
const PHOTO = 'http://demo-photos:5080/car-1.jpg';

type Answer = { status: number; body: Record<string, unknown> };
type Call = (path: string, init?: { token?: string; body?: object }) => Promise<Answer>;

async function smoke(): Promise<void> {
  await using compose = await composeProject();
  const services = ownServices();
  await compose.run('build', ...services, 'demo-rembg');
  const began = performance.now();
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '300', ...services, ...OUTSIDE);
  console.log(
    `ready after ${((performance.now() - began) / 1000).toFixed(1)} s: ${[...services, ...OUTSIDE].join(', ')}`,
  );
  await nobodyRunsAsRoot(compose, services);
  const call = await callsTo(compose);
  const token = await mint(compose, '--role', 'client', '--sub', 'smoke', '--vendors', 'smoke');
  await strangersAreKeptOut(call, token);
  const jobId = await aPhotoGoesThrough(compose, call, token);
  await everythingSurvivesARestart(compose, call, token, jobId);
  console.log(await compose.read('images'));
  console.log('the photo went through; the smoke test passed');
}

async function callsTo(compose: Compose): Promise<Call> {
  const call: Call = async (path, { token, body } = {}) => {
    // A restart may publish another port.
    const address = (await compose.read('port', 'gateway', '3000')).trim();
    const response = await fetch(`http://${address}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  assert.equal((await call('/readyz')).status, 200);
  return call;
}

const mint = async (compose: Compose, ...args: string[]) =>
  (await compose.read('exec', '-T', 'gateway', 'node', 'src/mint-token.ts', ...args)).trim();

async function nobodyRunsAsRoot(compose: Compose, services: readonly string[]): Promise<void> {
  for (const service of services) {
    assert.equal((await compose.read('exec', '-T', service, 'id', '-u')).trim(), '1000', `${service} runs as root`);
    const writes = compose.read('exec', '-T', service, 'sh', '-c', 'touch /app/x 2>/dev/null && echo yes || echo no');
    assert.equal((await writes).trim(), 'no', `${service} can change its own files`);
  }
}

async function strangersAreKeptOut(call: Call, token: string): Promise<void> {
  const body = { recordId: 'r1', vendorId: 'somebody-else', photoUrl: PHOTO };
  assert.equal((await call('/api/image-queue/remove-bg-queue', { body })).status, 401);
  assert.equal((await call('/api/image-queue/remove-bg-queue', { body, token })).status, 404);
}

async function aPhotoGoesThrough(compose: Compose, call: Call, token: string): Promise<string> {
  await query(compose, `INSERT INTO data_records (id, vendor_id, photo_url) VALUES ('r1', 'smoke', '${PHOTO}')`);
  const body = { recordId: 'r1', vendorId: 'smoke', photoUrl: PHOTO };
  const accepted = await call('/api/image-queue/remove-bg-queue', { body, token });
  assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
  const jobId = String(accepted.body.jobId);
  const job = await untilOver(call, token, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  const { photoUrl } = job.result as { photoUrl: string };
  const { pathname } = new URL(photoUrl);
  const address = (await compose.read('port', 'gateway', '3000')).trim();
  const image = await fetch(`http://${address}${pathname}`);
  await assertCutOut(Buffer.from(await image.arrayBuffer()));
  const row = await query(compose, "SELECT photo_url FROM data_records WHERE id = 'r1' AND vendor_id = 'smoke'");
  assert.ok(row.includes(photoUrl), `the record holds ${row}`);
  return jobId;
}

async function untilOver(call: Call, token: string, jobId: string): Promise<Answer['body']> {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const { body } = await call(`/api/image-queue/job/${jobId}`, { token });
    if (body.state === 'completed' || body.state === 'failed' || Date.now() > until) return body;
    await delay(500);
  }
}

/** Some of the photo is gone, and some is still there. */
async function assertCutOut(image: Buffer): Promise<void> {
  const { channels } = await sharp(image).stats();
  assert.equal(channels.length, 4, 'no transparency');
  const alpha = channels[3];
  assert.ok(
    alpha && alpha.min === 0 && alpha.max === 255 && alpha.mean > 10 && alpha.mean < 245,
    JSON.stringify(alpha),
  );
}

async function everythingSurvivesARestart(compose: Compose, call: Call, token: string, jobId: string): Promise<void> {
  await compose.run('down', '--timeout', '20');
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '300', ...ownServices(), ...OUTSIDE);
  const { body } = await call(`/api/image-queue/job/${jobId}`, { token });
  assert.equal(body.state, 'completed', JSON.stringify(body));
}

const query = (compose: Compose, sql: string) =>
  compose.read(
    'exec',
    '-T',
    'mysql',
    'sh',
    '-c',
    `mysql -N -uroot -p"$MYSQL_ROOT_PASSWORD" "$MYSQL_DATABASE" -e "${sql}"`,
  );

if (await dockerAnswers()) await smoke();
else console.log('skipped: no Docker daemon answers, or it has no Compose');
