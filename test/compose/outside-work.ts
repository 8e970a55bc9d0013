import assert from 'node:assert/strict';
import { dealerGroups } from '../../demo/dealer-api/dealer-groups.ts';
import { type Compose, query } from './compose.ts';
import { type Call, expectStatus, untilCompleted } from './gateway.ts';

/** A photo of the demo profile's photo host, as the services reach it. */
export const PHOTO = 'http://demo-photos:5080/car-1.jpg';
/** The base URL of a dealer of the demo profile: it is a setting of each dealer, not of the fetch worker. */
export const DEALER_API = 'http://demo-dealer-api:5070/dgi-api/v1.3';

const DAY_MS = 24 * 3_600_000;

/** Adds a dealer with the settings that a dealer has by default, fetches five days of it, and counts what is stored. */
export async function aDealerIsFetched(compose: Compose, call: Call, token: string): Promise<void> {
  const group = dealerGroups.find(({ name }) => name === 'nusantara');
  const dealer = group?.dealers[0];
  assert.ok(group && dealer, 'the dealer API has no dealers');
  const { dealerId, name } = dealer;
  const { apiKey, secretKey, timeZone } = group;
  const added = await call('/v1/dealers', { token, body: { dealerId, name, baseUrl: DEALER_API, apiKey, secretKey } });
  expectStatus(added, 201);
  const from = wallClock(Date.now() - 5 * DAY_MS, timeZone);
  const to = wallClock(Date.now(), timeZone);
  const body = { dealer_id: dealerId, fetch_type: 'prospect', from_time: from, to_time: to };
  const queued = expectStatus(await call('/jobs/queue', { token, body }), 200);
  const job = await untilCompleted(call, token, `/v1/jobs/${queued.job_id}`);
  const range = new URLSearchParams({ dealerId, module: 'prospect', from, to });
  const truth = (await asked(compose, 'demo-dealer-api', 'GET', `/judge/counts?${range}`)) as { rows: number };
  assert.ok(truth.rows > 0, `the dealer API has no prospects from ${from} to ${to}`);
  const { inserted, rejected } = job.result as { inserted: number; rejected: number };
  assert.deepEqual({ inserted, rejected }, { inserted: truth.rows, rejected: 0 });
  const stored = await query(compose, `SELECT COUNT(*) FROM dgi_prsp WHERE dealerId = '${dealerId}'`);
  assert.equal(Number(stored), truth.rows);
  console.log(`${truth.rows} prospects of dealer ${dealerId} were fetched`);
}

/** Connects an account of the marketplace by its password and posts a listing, which the site must have exactly once. */
export async function aListingIsPosted(compose: Compose, call: Call, token: string): Promise<void> {
  const login = { email: 'smoke@demo.example', password: 'made up for the smoke test' };
  await asked(compose, 'demo-marketplace', 'POST', '/judge/accounts', login);
  const account = { email: login.email, site: 'generic' };
  const { id } = expectStatus(await call('/v1/accounts', { token, body: account }), 201);
  const credentials = { token, method: 'PUT', body: { password: login.password } };
  expectStatus(await call(`/v1/accounts/${id}/credentials`, credentials), 200);
  const listing = { title: 'Oak desk', price: 120, category: 'Furniture', condition: 'Used - Good' };
  const body = { accounts: [login.email], ...listing, description: 'Ask me anything.', image_path: PHOTO };
  const queued = expectStatus(await call('/accounts/post-to-marketplace/', { token, body }), 202);
  const [operation] = queued.results as { job_id: string }[];
  await untilCompleted(call, token, `/v1/jobs/${operation?.job_id}`);
  const listings = await asked(compose, 'demo-marketplace', 'GET', `/judge/listings?account=${login.email}`);
  const found = (listings as { title: string; photos: string[] }[]).map(({ title, photos }) => [title, photos.length]);
  assert.deepEqual(found, [[listing.title, 1]]);
  console.log(`"${listing.title}" was posted to the marketplace`);
}

/** `YYYY-MM-DD HH:MM:SS`, as Swedish writes it. */
const wallClock = (at: number, timeZone: string): string => new Date(at).toLocaleString('sv-SE', { timeZone });

/** Asks a simulated site from inside its container: nothing outside reaches it, and its judge answers loopback only. */
async function asked(
  compose: Compose,
  service: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const init = JSON.stringify({ method, ...(body ? { headers, body: JSON.stringify(body) } : {}) });
  const script = `
    const answer = await fetch('http://127.0.0.1:' + process.env.PORT + ${JSON.stringify(path)}, ${init});
    const text = await answer.text();
    if (!answer.ok) throw new Error(answer.status + ' ' + text);
    console.log(text);`;
  return JSON.parse(await compose.read('exec', '-T', service, 'node', '--input-type=module', '-e', script));
}
