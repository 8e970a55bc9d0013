import { Stats } from '@lanekeeper/contracts';
import { Value } from 'typebox/value';

/** Checks the answer of `GET /v1/stats`. @throws when it is none. */
export function statsFrom(answer: unknown): Stats {
  return Value.Parse(Stats, answer).workloads;
}
