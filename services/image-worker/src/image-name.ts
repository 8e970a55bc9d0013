import { createHash } from 'node:crypto';
import type { RemoveBgOptions } from '@lanekeeper/contracts';
import { outputFormat } from './photo/encode.ts';

/** Raised when the same input would give other pixels, so that images made before are not taken for current ones. */
const PIPELINE_VERSION = 1;

/**
 * The name under which an output is stored: a hash over the source's bytes, the operation, the options that matter and
 * the model. Equal work has an equal name, so that the same photo twice costs one removal.
 */
export function imageName(source: Buffer, operation: string, model: string, options: RemoveBgOptions): string {
  const format = outputFormat(options);
  const relevant = [
    PIPELINE_VERSION,
    operation,
    model,
    format,
    options.background?.toLowerCase() ?? (format === 'jpeg' && !options.maskOnly ? '#ffffff' : null),
    options.trim ?? false,
    options.trim ? (options.margin ?? 0) : 0,
    options.maxSize ?? null,
    options.maskOnly ?? false,
  ];
  const hash = createHash('sha256').update(JSON.stringify(relevant)).update('\0').update(source).digest('hex');
  return `${hash.slice(0, 40)}.${format}`;
}
