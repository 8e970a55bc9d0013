import { DgiError, type DgiErrorCode } from './dgi-error.ts';
import { meaningOf } from './known-texts.ts';
import { quoteText } from './quote-text.ts';

/** The parts of an answer around its rows: what `findRows` leaves when it takes them out. */
export type Envelope = {
  /** Status of the HTTP answer. */
  readonly httpStatus: number;
  /** The body's JSON; `data` is an empty list where rows were taken out. */
  readonly body: unknown;
};

/** `rows`: the list of the body, or one row in place of a list. `empty`: no data in the period. */
export type EnvelopeKind =
  | { readonly kind: 'rows' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'row'; row: object };

/**
 * Reads the envelope of an answer, as documented or as real servers send it.
 * @param secrets masked wherever the server's texts are quoted.
 * @throws DgiError of any code but `DGI_NETWORK`.
 */
export function readEnvelope({ httpStatus, body }: Envelope, secrets: readonly string[] = []): EnvelopeKind {
  const envelope = lowerCaseNames(body);
  const status = statusOf(envelope, httpStatus);
  const texts = textsOf(envelope.get('message'));
  if (status === 1 && httpStatus < 400) return readData(envelope.get('data'), httpStatus);
  const meaning = texts.map(meaningOf).find((found) => found !== undefined);
  if (status === 0 && meaning === 'EMPTY') return { kind: 'empty' };
  const quoted = quoteText((texts.length > 0 ? texts : gatewayTexts(envelope)).join('; '), secrets);
  throw failure(meaning === 'EMPTY' ? undefined : meaning, { status, httpStatus, quoted });
}

/** All texts of a message, whatever its form: a text, JSON inside a text, a list, an object of texts. */
export function textsOf(message: unknown, depth = 0): string[] {
  if (message === null || message === undefined || depth > 3) return [];
  if (typeof message === 'object') return Object.values(message).flatMap((part) => textsOf(part, depth + 1));
  const text = String(message).trim();
  const inner = text.startsWith('{') || text.startsWith('[') ? parseJson(text) : undefined;
  if (inner !== undefined) return textsOf(inner, depth + 1);
  return text === '' ? [] : [text];
}

function lowerCaseNames(body: unknown): Map<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return new Map();
  return new Map(Object.entries(body).map(([name, value]) => [name.trim().toLowerCase(), value]));
}

/** 1, 0, or an HTTP status: of the answer, or of a gateway's body, which may hide behind a 200. */
function statusOf(envelope: Map<string, unknown>, httpStatus: number): number {
  const sent = envelope.get('status');
  const status = sent === true ? 1 : sent === false ? 0 : toNumber(sent);
  if (status === 0 || status === 1) return status;
  const inBody = [status, toNumber(envelope.get('http_status_code'))].find((code) => code >= 400 && code < 600);
  return httpStatus >= 400 ? httpStatus : (inBody ?? Number.NaN);
}

const toNumber = (value: unknown): number =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN;

function readData(data: unknown, httpStatus: number): EnvelopeKind {
  if (data === undefined || data === null || data === '') return { kind: 'empty' };
  if (Array.isArray(data)) return { kind: 'rows' };
  if (typeof data === 'object') return Object.keys(data).length === 0 ? { kind: 'empty' } : { kind: 'row', row: data };
  throw new DgiError('DGI_PROTOCOL', 'The answer has data that is no list of rows', { httpStatus });
}

function gatewayTexts(envelope: Map<string, unknown>): string[] {
  return ['title', 'error', 'error_description'].flatMap((name) => textsOf(envelope.get(name)));
}

function failure(
  meaning: DgiErrorCode | undefined,
  { status, httpStatus, quoted }: { status: number; httpStatus: number; quoted: string },
): DgiError {
  const http = status === 0 || status === 1 ? httpStatus : status;
  const code = meaning ?? codeOf(http, status === 0, quoted);
  const said = quoted === '' ? 'without saying why' : `with: ${quoted}`;
  const hint = http === 404 || http === 405 ? '; check the base URL' : '';
  const message = `${SENTENCES[code]}${http >= 400 ? ` (HTTP ${http})` : ''}, ${said}${hint}`;
  // A gateway's limit passes soon; a day's quota does not.
  return new DgiError(code, message, http === 429 ? { httpStatus, retryable: true } : { httpStatus });
}

const SENTENCES: Record<DgiErrorCode, string> = {
  DGI_CREDENTIAL: "The dealer's server refused the API key, secret or token",
  DGI_SKEW: "The dealer's server refused the time of the request",
  DGI_RANGE: "The dealer's server refused the window as too long or too old",
  DGI_QUOTA: "The dealer's server has no requests left for this credential",
  DGI_FILTER: "The dealer's server refused the request",
  DGI_SERVER: "The dealer's server failed",
  DGI_NETWORK: "The dealer's server could not be reached",
  DGI_PROTOCOL: 'The answer does not follow the protocol',
};

/** @param refused the body says so itself, by status 0. */
function codeOf(http: number, refused: boolean, quoted: string): DgiErrorCode {
  if (http === 401 || http === 403 || /invalid_client|invalid_token|unauthori[sz]ed|access_denied/i.test(quoted)) {
    return 'DGI_CREDENTIAL';
  }
  if (http === 429) return 'DGI_QUOTA';
  if (http >= 500 || http === 408 || http === 425) return 'DGI_SERVER';
  return refused || http === 400 || http === 422 ? 'DGI_FILTER' : 'DGI_PROTOCOL';
}

/** undefined for a text that only looks like JSON: it is then a text like any other. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
