import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { dealerGroups } from '../../demo/dealer-api/dealer-groups.ts';
import { browserWorkerService, dealerApi, fetchWorkerService, marketplaceSite } from '../../demo/launcher/parts.ts';
import { chromiumPath } from '../../services/browser-worker/test/chromium.ts';
import { type System, startSystem } from '../e2e/system.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { pathsOf } from './trace-tree.ts';

const DAY_MS = 24 * 3_600_000;
/** Each starts a system of its own. */
const TIMEOUT = { timeout: 120_000 };
const PASSWORD = 'sesame-91c4';

type Telling = AsyncDisposable & { system: System; receiver: OtlpReceiver };

/** A system that tells a receiver what it does. */
async function tellingSystem(): Promise<Telling> {
  const receiver = await OtlpReceiver.start();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    SECRETS_KEY: `test:${randomBytes(32).toString('base64')}`,
  };
  const system = await startSystem({ env, noImageWorker: true });
  const stop = async () => {
    await system[Symbol.asyncDispose]();
    await receiver.stop();
  };
  return { system, receiver, [Symbol.asyncDispose]: stop };
}

async function call(url: string, method: 'POST' | 'PUT', body: object, traceId?: string): Promise<unknown> {
  const trace = traceId === undefined ? {} : { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const headers = { 'content-type': 'application/json', ...trace };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const newTrace = () => randomBytes(16).toString('hex');

/** The spans of a trace once its job's end is visible and its request's span is there. */
function traceOf({ receiver }: Telling, traceId: string, root: string): Promise<ReceivedSpan[]> {
  const isEnd = ({ name, attributes }: ReceivedSpan) =>
    name.startsWith('project evt.') && attributes['lanekeeper.event.type'] === 'completed';
  return receiver.until(({ spans }) => {
    const ofTrace = spans.filter((span) => span.traceId === traceId);
    const whole =
      ofTrace.some(isEnd) && [root, 'process cmd.'].every((name) => ofTrace.some((s) => s.name.startsWith(name)));
    return whole ? ofTrace : undefined;
  });
}

test('a marketplace post is one trace, with a span for each step in its browser', TIMEOUT, async () => {
  await using telling = await tellingSystem();
  const { system, receiver } = telling;
  const site = await system.startPart(marketplaceSite);
  const chromium = await chromiumPath();
  const worker = await system.startPart((parts, shared) =>
    browserWorkerService(parts, {
      ...shared,
      GENERIC_SITE_URL: site.url,
      CHROMIUM_PATH: chromium,
      PHOTO_ALLOWED_HOSTS: system.photos.host,
    }),
  );
  const login = { email: 'tess@private.example', password: PASSWORD };
  await call(`${site.url}/judge/accounts`, 'POST', login);
  const { id } = (await call(`${system.url}/v1/accounts`, 'POST', { email: login.email, site: 'generic' })) as {
    id: string;
  };
  await call(`${system.url}/v1/accounts/${id}/credentials`, 'PUT', { password: PASSWORD });
  const traceId = newTrace();
  const listing = { title: 'Quilted chest', price: 120, category: 'Furniture', condition: 'Used - Good' };
  const image_path = `${system.photos.url}/photo/1.jpg`;
  const post = { accounts: [login.email], ...listing, description: 'Ask me anything.', image_path };
  await call(`${system.url}/accounts/post-to-marketplace/`, 'POST', post, traceId);

  const root = 'POST /accounts/post-to-marketplace/';
  const spans = await traceOf(telling, traceId, root);
  const handle = `${root} (gateway) > send cmd.browser.* (gateway) > process cmd.browser.* (browser-worker) > handle browser (browser-worker)`;
  const steps = [
    'start browser',
    'open-site',
    'log-in',
    'open-form',
    'photos',
    'fields',
    'publish',
    'confirm',
    'close browser',
  ];
  expect(pathsOf(spans)).toEqual(expect.arrayContaining(steps.map((step) => `${handle} > ${step} (browser-worker)`)));
  expect(spans.filter(({ failed }) => failed)).toEqual([]);
  expect(await (await fetch(`${worker.url}/metrics`)).text()).toMatch(
    /lanekeeper_step_seconds_count\{[^}]*step="publish"/,
  );
  for (const secret of [PASSWORD, login.email, listing.title, image_path]) {
    expect(receiver.bodies.join('\n')).not.toContain(secret);
  }
});

test('a fetch is one trace, with spans for the dealer’s answer and for storing it', TIMEOUT, async () => {
  await using telling = await tellingSystem();
  const { system, receiver } = telling;
  const [api] = await Promise.all([system.startPart(dealerApi), system.startPart(fetchWorkerService)]);
  const group = dealerGroups.find(({ name }) => name === 'nusantara');
  if (!group?.dealers[0]) throw new Error('the dealer API has no such dealer');
  const { apiKey, secretKey, timeZone } = group;
  const { dealerId, name } = group.dealers[0];
  const dealer = { dealerId, name, baseUrl: `${api.url}/dgi-api/v1.3`, apiKey, secretKey };
  await call(`${system.url}/v1/dealers`, 'POST', dealer);
  const traceId = newTrace();
  const at = (time: number) => new Date(time).toLocaleString('sv-SE', { timeZone });
  const range = { from_time: at(Date.now() - 5 * DAY_MS), to_time: at(Date.now()) };
  await call(`${system.url}/jobs/queue`, 'POST', { dealer_id: dealerId, fetch_type: 'prospect', ...range }, traceId);

  const root = 'POST /jobs/queue';
  const spans = await traceOf(telling, traceId, root);
  const handle = `${root} (gateway) > send cmd.fetch.* (gateway) > process cmd.fetch.* (fetch-worker) > handle fetch (fetch-worker)`;
  const steps = ['ask dealer', 'keep answer', 'store rows'];
  expect(pathsOf(spans)).toEqual(expect.arrayContaining(steps.map((step) => `${handle} > ${step} (fetch-worker)`)));
  expect(spans.filter(({ failed }) => failed)).toEqual([]);
  for (const secret of [secretKey, apiKey, name]) expect(receiver.bodies.join('\n')).not.toContain(secret);
});
