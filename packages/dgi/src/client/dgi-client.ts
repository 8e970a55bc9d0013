import { Agent } from 'undici';
import { DgiError } from './dgi-error.ts';
import type { DgiClient, DgiClientOptions, WindowAnswer, WindowRequest } from './dgi-types.ts';
import { readAnswer } from './read-answer.ts';
import { requestBody } from './request-body.ts';
import { type SendLimits, sendRequest } from './send-request.ts';
import { changeClock, learnClock, type ServerClock, signingTime, unknownClock } from './server-clock.ts';
import { sign } from './sign.ts';

/** What all requests of a client share; the clocks are per server and learned. */
type Context = SendLimits & {
  readonly now: () => number;
  readonly beforeRequest: NonNullable<DgiClientOptions['beforeRequest']>;
  readonly clocks: Map<string, ServerClock>;
};

/** A client for any number of servers and credentials; see {@link DgiClient}. */
export function createDgiClient(options: DgiClientOptions = {}): DgiClient {
  const { dispatcher = new Agent({ connect: { timeout: 10_000 } }), maxBytes = 128 * 2 ** 20 } = options;
  const { deadlineMs = 120_000, now = Date.now, beforeRequest = async () => {} } = options;
  const context: Context = { dispatcher, maxBytes, deadlineMs, now, beforeRequest, clocks: new Map() };
  return {
    fetchWindow: (request, signal) => fetchWindow(context, request, signal),
    close: async () => (options.dispatcher === undefined ? dispatcher.close() : undefined),
  };
}

async function fetchWindow(context: Context, request: WindowRequest, signal: AbortSignal): Promise<WindowAnswer> {
  checkEnvironment(request);
  const body = requestBody(request);
  try {
    return await attempt(context, { request, body, number: 1 }, signal);
  } catch (error) {
    if (!(error instanceof DgiError) || error.code !== 'DGI_SKEW') throw error;
    const { clocks } = context;
    const server = request.endpoint.baseUrl;
    clocks.set(server, changeClock(clocks.get(server) ?? unknownClock));
    return attempt(context, { request, body, number: 2 }, signal).catch((second: unknown) => {
      throw second instanceof DgiError && second.code === 'DGI_SKEW' ? withSkew(second, clocks.get(server)) : second;
    });
  }
}

type Attempt = { readonly request: WindowRequest; readonly body: string; readonly number: number };

async function attempt(
  context: Context,
  { request, body, number }: Attempt,
  signal: AbortSignal,
): Promise<WindowAnswer> {
  const { endpoint, credential, module } = request;
  await context.beforeRequest({ endpoint, apiKey: credential.apiKey, module, attempt: number }, signal);
  signal.throwIfAborted();
  const clock = context.clocks.get(endpoint.baseUrl) ?? unknownClock;
  const sent = context.now();
  const headers = sign(credential, signingTime(clock, sent), endpoint.tokenSeparator);
  const url = endpoint.baseUrl.replace(/\/+$/, '') + module.path;
  const answer = await sendRequest(url, { headers, body, signal }, context);
  const received = context.now();
  const learned = learnClock(context.clocks.get(endpoint.baseUrl) ?? clock, answer.date, sent, received);
  context.clocks.set(endpoint.baseUrl, learned);
  const secrets = [credential.secretKey, credential.apiKey, headers['dgi-api-token']];
  const rows = readAnswer(answer.httpStatus, answer.bytes, secrets);
  const { bytes: rawBody } = answer;
  const measured = { requestMs: Math.round(received - sent), bytes: rawBody.length, skewMs: learned.skewMs };
  return { rows, rawBody, requests: number, ...measured };
}

/** A live credential in a sandbox request, or the reverse, is somebody's mistake: it must not travel. */
function checkEnvironment({ endpoint, credential }: WindowRequest): void {
  if (endpoint.environment === credential.environment) return;
  const message = `A ${credential.environment} credential is not sent to a ${endpoint.environment} server`;
  throw new DgiError('DGI_CREDENTIAL', message);
}

function withSkew(error: DgiError, clock: ServerClock | undefined): DgiError {
  const seconds = clock?.skewMs == null ? 'unknown' : `${Math.round(clock.skewMs / 1_000)} s`;
  const message = `${error.message}; twice, signed afresh each time. Server minus local clock: ${seconds}`;
  return new DgiError('DGI_SKEW', message, { httpStatus: error.httpStatus ?? 0, cause: error });
}
