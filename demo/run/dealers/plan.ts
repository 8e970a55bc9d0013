import { localTime } from '@lanekeeper/dgi';
import { type DealerGroup, dealerGroups } from '../../dealer-api/dealer-groups.ts';

/** A dealer of the demo and what is fetched of it, in order. */
export interface PlannedDealer {
  readonly dealerId: string;
  readonly name: string;
  readonly group: DealerGroup;
}

/** What is fetched of each dealer, in this order. */
export const FETCH_TYPES = ['prospect', 'spk_read', 'pkb'] as const;

/** Two dealers of one group, whose server follows the document, and one of a group whose server does as real ones do. */
export function dealersOf(): PlannedDealer[] {
  return ['08138', '08139', '12001'].map((dealerId) => {
    const group = dealerGroups.find(({ dealers }) => dealers.some((dealer) => dealer.dealerId === dealerId));
    const name = group?.dealers.find((dealer) => dealer.dealerId === dealerId)?.name;
    if (!group || !name) throw new Error(`the dealer API does not know dealer ${dealerId}`);
    return { dealerId, name, group };
  });
}

/** From ten days ago until an hour ago, by the clock of every server: two windows. */
export function rangeOf(now: Date): { from: string; to: string } {
  const hour = 3_600_000;
  const zone = 'Asia/Jakarta';
  return {
    from: localTime(new Date(now.getTime() - 240 * hour), zone),
    to: localTime(new Date(now.getTime() - hour), zone),
  };
}
