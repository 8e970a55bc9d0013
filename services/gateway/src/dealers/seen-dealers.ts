import { type Dealer, DealersError } from '@lanekeeper/dealers';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import { callerOf, seesLane } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { fromDatabase as askDatabase } from '../from-database.ts';

/** Whether the caller sees a dealer, its lane and its jobs: a token's `dealers` are dealer codes. */
export const seesDealer = (request: FastifyRequest, dealerId: string): boolean =>
  seesLane(callerOf(request), 'fetch', dealerId);

/**
 * The dealers that a body's field names, by code.
 * @throws ProblemError INVALID_REQUEST naming each that the caller does not see or that does not exist.
 */
export async function namedDealers(
  request: FastifyRequest,
  { dealers: { dealers } }: GatewayDeps,
  dealerIds: readonly string[],
  pointerOf: (at: number) => string,
): Promise<Map<string, Dealer>> {
  const known = await fromDatabase(() => dealers.named(dealerIds));
  const faults = dealerIds.flatMap((dealerId, at) =>
    known.has(dealerId) && seesDealer(request, dealerId)
      ? []
      : [{ pointer: pointerOf(at), detail: `names no dealer that is known: ${dealerId}` }],
  );
  if (faults.length > 0) throw invalidFields(faults);
  return known;
}

/** The dealer of a code. @throws ProblemError NOT_FOUND when the caller does not see it. */
export async function seenDealer(
  request: FastifyRequest,
  { dealers: { dealers } }: GatewayDeps,
  dealerId: string,
): Promise<Dealer> {
  const dealer = seesDealer(request, dealerId) ? await fromDatabase(() => dealers.find(dealerId)) : undefined;
  if (!dealer) throw noDealer();
  return dealer;
}

/** The problem of a dealer that is not there. */
export const noDealer = () => problem('NOT_FOUND', 'There is no dealer with this code.');

/** Asks the database. @throws ProblemError NOT_READY while it is away; what a DealersError says. */
export const fromDatabase = <T>(act: () => Promise<T>): Promise<T> =>
  askDatabase('The dealers', act, (error) => (error instanceof DealersError ? explained(error) : undefined));

function explained({ code }: DealersError): Error {
  switch (code) {
    case 'DEALER_TAKEN':
      return invalidFields([{ pointer: '/dealer_id', detail: 'is the code of another dealer' }]);
    case 'DEALER_UNKNOWN':
      return noDealer();
  }
}
