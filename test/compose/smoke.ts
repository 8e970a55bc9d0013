/**
 * `npm run test:compose`: builds the images, starts the product by docker compose as an operator would, with the demo's
 * outside world, drives a real photo through the gateway's container, fetches a dealer's data and posts a listing to the
 * marketplace. Takes minutes, so it is no part of `npm test`.
 * Without Docker it says so and does nothing. COMPOSE_FILE may name overrides (deploy/compose/offline.yml).
 */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import { type Compose, composeProject, dockerAnswers, outsideSites, ownServices, query } from './compose.ts';
import { type Call, callsTo, expectStatus, mint, untilCompleted } from './gateway.ts';
import { aDealerIsFetched, aListingIsPosted, PHOTO } from './outside-work.ts';

const OUTSIDE = ['nats', 'mysql', 'demo-rembg', 'demo-photos', ...outsideSites()];

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
  const operator = await mint(compose, '--role', 'operator', '--sub', 'smoke-operator');
  await aDealerIsFetched(compose, call, operator);
  await aListingIsPosted(compose, call, operator);
  await everythingSurvivesARestart(compose, call, token, jobId);
  console.log(await compose.read('images'));
  console.log('all three kinds of work went through; the smoke test passed');
}

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
  const jobId = String(expectStatus(accepted, 202).jobId);
  const job = await untilCompleted(call, token, `/api/image-queue/job/${jobId}`);
  const { photoUrl } = job.result as { photoUrl: string };
  const { pathname } = new URL(photoUrl);
  const address = (await compose.read('port', 'gateway', '3000')).trim();
  const image = await fetch(`http://${address}${pathname}`);
  await assertCutOut(Buffer.from(await image.arrayBuffer()));
  const row = await query(compose, "SELECT photo_url FROM data_records WHERE id = 'r1' AND vendor_id = 'smoke'");
  assert.ok(row.includes(photoUrl), `the record holds ${row}`);
  return jobId;
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

if (await dockerAnswers()) await smoke();
else console.log('skipped: no Docker daemon answers, or it has no Compose');
