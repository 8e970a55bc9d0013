import { fetchTypes, moduleOf } from '@lanekeeper/dgi/modules';
import type { FieldError } from '@lanekeeper/service-kit';

/** The fields of a fetch, before anything is known about them. */
export type FetchFields = Readonly<{ fetchType?: unknown; fromTime?: unknown; toTime?: unknown; noPo?: unknown }>;

const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** What a schema cannot say about a fetch; pointers are the names of the fields, to be renamed to what was sent. */
export function fetchFaults({ fetchType, fromTime, toTime, noPo }: FetchFields): FieldError[] {
  const faults: FieldError[] = [];
  if (typeof fetchType === 'string' && !fetchTypes.includes(fetchType)) {
    faults.push({ pointer: '/fetchType', detail: `must be one of ${fetchTypes.join(', ')}` });
  } else if (typeof fetchType === 'string' && noPo !== undefined && moduleOf(fetchType).noPoFilter === null) {
    const having = fetchTypes.filter((name) => moduleOf(name).noPoFilter !== null).join(', ');
    faults.push({ pointer: '/noPo', detail: `cannot be given for ${fetchType}, only for ${having}` });
  }
  for (const [name, time] of Object.entries({ fromTime, toTime })) {
    if (typeof time === 'string' && !isTime(time)) {
      faults.push({ pointer: `/${name}`, detail: 'must be a time of the form YYYY-MM-DD HH:MM:SS' });
    }
  }
  if (typeof fromTime === 'string' && typeof toTime === 'string' && fromTime > toTime && faults.length === 0) {
    faults.push({ pointer: '/fromTime', detail: 'must not be after the end of the range' });
  }
  return faults;
}

/** Whether it is a time of that form that a calendar has. */
function isTime(text: string): boolean {
  if (!TIME.test(text)) return false;
  const instant = Date.parse(`${text.replace(' ', 'T')}Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().slice(0, 19).replace('T', ' ') === text;
}
