/** Where a page of the job list ends: the last job's submit time and id. */
export type Cursor = { submittedAt: Date; id: string };

/** Encodes a cursor as an opaque token for URLs. */
export function encodeCursor({ submittedAt, id }: Cursor): string {
  return Buffer.from(`${submittedAt.getTime()}.${id}`).toString('base64url');
}

/** Reverses {@link encodeCursor}; undefined for anything else. */
export function decodeCursor(token: string): Cursor | undefined {
  const match = /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(Buffer.from(token, 'base64url').toString());
  const [, ms, id] = match ?? [];
  return ms === undefined || id === undefined ? undefined : { submittedAt: new Date(Number(ms)), id };
}
