import type { MarketplaceSite } from '@lanekeeper/contracts';
import type { BrowserWorkerConfig } from './config.ts';
import type { MarketplaceDriver } from './drivers/driver.ts';
import { drivers } from './drivers/open-driver.ts';

/** The drivers, by the site of an account. A site without a driver does not type-check. */
export type Drivers = Readonly<Record<MarketplaceSite, MarketplaceDriver>>;

/** Every driver, pointed at its site. */
export const openDrivers = (config: Pick<BrowserWorkerConfig, 'GENERIC_SITE_URL' | 'FACEBOOK_SITE_URL'>): Drivers => ({
  generic: drivers.generic({ baseUrl: config.GENERIC_SITE_URL }),
  facebook: drivers.facebook({ baseUrl: config.FACEBOOK_SITE_URL }),
});
