import { RemoveBgOptions } from '@lanekeeper/contracts';
import { invalidFields } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { laneFault } from '../../../text-faults.ts';

const Name = Type.String({ minLength: 1, maxLength: 64 });

/** The options as old clients may send them: fields that are not known are ignored. */
const Options = Type.Object(RemoveBgOptions.properties, { description: 'How the cut-out is to look' });

/** What single and bulk requests have in common. */
export const imageRequestFields = {
  projectId: Type.Optional(Name),
  vendorId: Type.Optional(Name),
  options: Type.Optional(Options),
};
/** The id of a record. */
export const RecordId = Name;

const Fields = Type.Object(imageRequestFields);

/**
 * The parts of a job's data that a request gives for all its photos, without fields that are not known.
 * @throws ProblemError INVALID_REQUEST when the vendor cannot be a lane.
 */
export function sharedData(request: Static<typeof Fields>, defaultVendor: string) {
  const { projectId, options, vendorId = defaultVendor } = request;
  const fault = laneFault(vendorId);
  if (fault !== undefined) throw invalidFields([{ pointer: '/vendorId', detail: fault }]);
  return {
    vendorId,
    ...(projectId === undefined ? {} : { projectId }),
    ...(options === undefined
      ? {}
      : { options: Value.Clean(RemoveBgOptions, structuredClone(options)) as typeof options }),
  };
}

/** `estimatedTime` and `estimatedSeconds` in answers. */
export const predictionFields = {
  estimatedTime: Type.String({ description: 'A sentence, e.g. "2-3 minutes"' }),
  estimatedSeconds: Type.Object({ min: Type.Integer(), max: Type.Integer() }),
};
