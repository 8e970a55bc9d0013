import type { Command } from '@lanekeeper/contracts';
import type { EngineLog } from './types.ts';

/** A log whose every line says which job and which attempt it is about. */
export function jobLog(log: EngineLog, { jobId, workload, lane }: Command, attempt: number): EngineLog {
  const job = { jobId, workload, lane, attempt };
  return {
    debug: (fields, message) => log.debug({ ...job, ...fields }, message),
    info: (fields, message) => log.info({ ...job, ...fields }, message),
    warn: (fields, message) => log.warn({ ...job, ...fields }, message),
    error: (fields, message) => log.error({ ...job, ...fields }, message),
  };
}
