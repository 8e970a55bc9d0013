import { localTime, wallSeconds } from '@lanekeeper/dgi';
import type { DealerGroup } from '../dealer-groups.ts';
import { writePartsSales } from './parts-sales.ts';
import { writePartsSupply } from './parts-supply.ts';
import { writeSales } from './sales.ts';
import { makeScene, type StoredRow } from './scene.ts';
import { writeUnitSupply } from './unit-supply.ts';
import { writeWorkshop } from './workshop.ts';

/**
 * All rows of a group: 30 days of trade up to midnight before `baseDate` in the group's zone. The same seed and day give
 * the same rows.
 */
export function buildWorld(group: DealerGroup, { seed, baseDate }: { seed: number; baseDate: Date }): StoredRow[] {
  const [today = ''] = localTime(baseDate, group.timeZone).split(' ');
  const end = wallSeconds(`${today} 00:00:00`) ?? 0;
  return group.dealers.flatMap((dealer) => {
    const scene = makeScene(seed, group.mainDealer, dealer, end);
    writeUnitSupply(scene, Math.round(12 * dealer.size));
    writeSales(scene, Math.round(80 * dealer.size));
    writeWorkshop(scene, Math.round(90 * dealer.size));
    writePartsSupply(scene, Math.round(18 * dealer.size));
    writePartsSales(scene, Math.round(40 * dealer.size));
    return scene.rows;
  });
}
