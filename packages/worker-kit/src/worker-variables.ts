import Type from 'typebox';

/** Variables of every worker service. */
export const workerVariables = {
  WORKER_ACK_WAIT_MS: Type.Integer({
    minimum: 1_000,
    default: 30_000,
    description: 'A worker that is silent for this long has lost its jobs to others, in milliseconds',
  }),
  WORKER_SLOTS: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Jobs of this process at once; 0: the fleet limit',
  }),
};
