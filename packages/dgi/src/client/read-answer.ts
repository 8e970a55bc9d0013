import type { RawRows } from '../rows/read-rows.ts';
import { DgiError } from './dgi-error.ts';
import { type FoundRows, findRows } from './find-rows.ts';
import { readEnvelope } from './read-envelope.ts';

/**
 * The rows of an answer.
 * @param secrets masked wherever the server's texts are quoted.
 * @throws DgiError of any code but `DGI_NETWORK`, with the answer as its `rawBody`.
 */
export function readAnswer(httpStatus: number, bytes: Buffer, secrets: readonly string[]): RawRows {
  try {
    if (httpStatus >= 300 && httpStatus < 400) throw redirected(httpStatus);
    const { rows, body } = httpStatus >= 400 ? findAnything(bytes) : findRows(bytes);
    const envelope = readEnvelope({ httpStatus, body }, secrets);
    return envelope.kind === 'rows' ? rows : envelope.kind === 'row' ? [envelope.row] : [];
  } catch (error) {
    throw error instanceof DgiError ? error.keepBody(bytes) : error;
  }
}

function redirected(httpStatus: number): DgiError {
  const message = `The dealer's server redirects (HTTP ${httpStatus}): check the base URL`;
  return new DgiError('DGI_PROTOCOL', message, { httpStatus });
}

/** A refusal may come from a gateway and have any form; its HTTP status then says enough. */
function findAnything(bytes: Buffer): FoundRows {
  try {
    return findRows(bytes);
  } catch (error) {
    if (error instanceof DgiError) return { rows: [], body: {} };
    throw error;
  }
}
