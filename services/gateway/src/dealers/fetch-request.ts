import type { FetchData } from '@lanekeeper/contracts';
import { fetchTypes } from '@lanekeeper/dgi/modules';
import { invalidFields, type ProblemError, problem } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';
import { fetchFaults } from './fetch-faults.ts';

// Old clients send null, or an empty text, for what they leave out.
const Left = Type.Union([Type.String({ maxLength: 100 }), Type.Null()]);

/** The parts of a body that say what to fetch. */
export const fetchFields = {
  fetch_type: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: `prospect if left out; one of ${fetchTypes.join(', ')}` }),
  ),
  from_time: Type.Optional(Left),
  to_time: Type.Optional(Left),
};
/** `no_po`, where it can be given. */
export const NoPo = Type.Optional(Left);

/** One dealer's code in a body. Its form is not checked here: a code of another form is that of no dealer. */
export const DealerName = Type.String({ minLength: 1, maxLength: 200, description: "The dealer's code" });

const Fields = Type.Object({ ...fetchFields, no_po: NoPo });

/** What is to be fetched, whatever dealer it is from. @throws ProblemError VALUE_REFUSED naming the fields at fault. */
export function whatToFetch(body: Static<typeof Fields>): Omit<FetchData, 'dealerId'> {
  const given = {
    fetchType: body.fetch_type || 'prospect',
    fromTime: body.from_time || undefined,
    toTime: body.to_time || undefined,
    noPo: body.no_po || undefined,
  };
  const faults = fetchFaults(given);
  if (faults.length > 0) throw refused(faults.map((fault) => ({ ...fault, pointer: asSent(fault.pointer) })));
  const { fetchType, fromTime, toTime, noPo } = given;
  return {
    fetchType,
    ...(fromTime === undefined ? {} : { fromTime }),
    ...(toTime === undefined ? {} : { toTime }),
    ...(noPo === undefined ? {} : { noPo }),
  };
}

/** The same problem as a body that breaks its schema, as a 422: the fetch queue's clients tell them apart. */
export function refused(errors: ProblemError['errors']): ProblemError {
  return problem('VALUE_REFUSED', invalidFields(errors).message, { errors });
}

const names: Readonly<Record<string, string>> = {
  '/fetchType': '/fetch_type',
  '/fromTime': '/from_time',
  '/toTime': '/to_time',
  '/noPo': '/no_po',
};
const asSent = (pointer: string): string => names[pointer] ?? pointer;
