import type { JobFailure } from '@lanekeeper/lanes';
import { jobFailure } from '@lanekeeper/worker-kit';

/** What went wrong, out of the shapes in which the SDK reports it. `status` is undefined when there was no answer. */
export type CloudinaryFault = { status: number | undefined; message: string };

/** Statuses that can pass: over a limit (420 is Cloudinary's own), closed by the client side, the server's fault. */
const PASSING = new Set([408, 420, 429, 499]);

/** Reads an error of the SDK: `{message, name, http_code}`, the same wrapped in `{error}`, or a system error. */
export function readCloudinaryError(thrown: unknown): CloudinaryFault {
  const outer = thrown as { error?: unknown } | null;
  const inner = (outer?.error ?? thrown) as { http_code?: unknown; message?: unknown; name?: unknown } | null;
  const status = typeof inner?.http_code === 'number' ? inner.http_code : undefined;
  return { status: inner?.name === 'TimeoutError' ? undefined : status, message: String(inner?.message ?? thrown) };
}

/** Whether trying again can help. */
export const canPass = ({ status }: CloudinaryFault): boolean =>
  status === undefined || status >= 500 || PASSING.has(status);

/** The failure of the job. Cloudinary's message stays in the logs: it can name account details. */
export function cloudinaryFailure(thrown: unknown): JobFailure {
  const fault = readCloudinaryError(thrown);
  const cause = new Error(`Cloudinary: ${fault.status ?? 'no answer'}: ${fault.message}`);
  if (canPass(fault)) return jobFailure('STORE_UNAVAILABLE', undefined, cause);
  return jobFailure('STORE_REJECTED', `The image store answered ${fault.status}`, cause);
}
