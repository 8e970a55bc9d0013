import { LinkedAbort } from '@lanekeeper/service-kit';
import { type Dispatcher, FormData, request } from 'undici';
import { RembgError, type RembgFault } from './rembg-error.ts';

/** A request to one rembg server. */
export type MaskRequest = { image: Buffer; model: string; timeoutMs: number; signal: AbortSignal };

/** Largest answer that is read, in bytes: a mask of a bounded copy is far smaller. */
const MAX_ANSWER = 20_000_000;
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * Asks one rembg server for the mask of a JPEG. `model` and `om` (only the mask) are form fields: rembg ignores them
 * silently in the query.
 * @returns the mask as PNG.
 * @throws RembgError; the signal's reason when it aborts.
 */
export async function requestMask(baseUrl: string, dispatcher: Dispatcher, ask: MaskRequest): Promise<Buffer> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(ask.image)], { type: 'image/jpeg' }), 'photo.jpg');
  form.append('model', ask.model);
  form.append('om', 'true');
  const body = await send(new URL('/api/remove', baseUrl), dispatcher, ask, { method: 'POST', body: form });
  if (!body.subarray(0, 8).equals(PNG_SIGNATURE)) throw new RembgError('failed', 'rembg did not answer a PNG', 200);
  return body;
}

/** Whether a server is up: rembg has no health route, but its API description answers as soon as it listens. */
export async function probe(
  baseUrl: string,
  dispatcher: Dispatcher,
  ask: Omit<MaskRequest, 'image' | 'model'>,
): Promise<void> {
  await send(new URL('/api', baseUrl), dispatcher, ask, { method: 'GET' });
}

async function send(
  url: URL,
  dispatcher: Dispatcher,
  { timeoutMs, signal }: Pick<MaskRequest, 'timeoutMs' | 'signal'>,
  init: { method: 'GET' } | { method: 'POST'; body: FormData },
): Promise<Buffer> {
  using deadline = new LinkedAbort([signal], timeoutMs);
  try {
    const response = await request(url, { ...init, dispatcher, signal: deadline.signal });
    const body = await readAnswer(response.body);
    if (response.statusCode !== 200) throw refused(response.statusCode);
    return body;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RembgError) throw error;
    const why = deadline.timedOut ? `rembg did not answer within ${timeoutMs} ms` : 'rembg could not be reached';
    throw new RembgError('down', why, 0, { cause: error });
  }
}

async function readAnswer(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER) throw new RembgError('failed', 'rembg answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function refused(status: number): RembgError {
  return new RembgError(faultOf(status), `rembg answered ${status}`, status);
}

function faultOf(status: number): RembgFault {
  if (status === 500) return 'failed';
  if (status === 400 || status === 413 || status === 422) return 'rejected';
  return 'down'; // a proxy without its server (502, 503, 504), or something else that is not rembg
}
