import { MAX_LANE_BYTES } from '@lanekeeper/contracts';
import type { FieldError } from '@lanekeeper/service-kit';

/** What is wrong with a lane key that fits its schema; undefined when nothing is. Its length counts in bytes of UTF-8. */
export function laneFault(lane: string): string | undefined {
  if (Buffer.byteLength(lane) <= MAX_LANE_BYTES) return undefined;
  return `must have at most ${MAX_LANE_BYTES} bytes in UTF-8`;
}

/** Every text in a JSON value that is not well-formed Unicode (half a surrogate pair): databases refuse to store it. */
export function illFormedTexts(value: unknown, pointer = ''): FieldError[] {
  if (typeof value === 'string')
    return value.isWellFormed() ? [] : [{ pointer, detail: 'must be well-formed Unicode' }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!name.isWellFormed()) return [{ pointer, detail: 'must have field names of well-formed Unicode' }];
    return illFormedTexts(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  });
}
