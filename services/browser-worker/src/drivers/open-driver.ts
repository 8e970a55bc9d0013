import type { MarketplaceDriver } from './driver.ts';
import { facebookDriver } from './facebook/facebook-driver.ts';
import { genericDriver } from './generic/generic-driver.ts';

/** Every driver, by its name; a further site is one more file and one more line here. */
export const drivers = {
  generic: genericDriver,
  facebook: facebookDriver,
} as const satisfies Record<string, (site: { baseUrl: string }) => MarketplaceDriver>;
/** A name of {@link drivers}. */
export type DriverName = keyof typeof drivers;
