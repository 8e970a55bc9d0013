import type { RawRows } from '../rows/read-rows.ts';
import { DgiError } from './dgi-error.ts';
import { type FoundRows, findRows } from './find-rows.ts';
import { readEnvelope } from './read-envelope.ts';

/**
 * The rows of an answer.
 * @param secrets masked wherever the server's texts are quoted.
 * @throws DgiError of any code but `DGI_NETWORK`.
 */
export function readAnswer(httpStatus: number, bytes: Buffer, secrets: readonly string[]): RawRows {
  if (httpStatus >= 300 && httpStatus < 400) {
    throw new DgiError('DGI_PROTOCOL', `The dealer's server redirects (HTTP ${httpStatus}): check the base URL`, {
      httpStatus,
    });
  }
  const { rows, body } = httpStatus >= 400 ? findAnything(bytes) : findRows(bytes);
  const envelope = readEnvelope({ httpStatus, body }, secrets);
  return envelope.kind === 'rows' ? rows : envelope.kind === 'row' ? [envelope.row] : [];
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
