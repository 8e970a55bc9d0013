import type { Listing } from '../listing.ts';
import type { Steps } from '../step-log.ts';
import { Fields } from './fields.ts';
import type { Labels } from './labels.ts';
import type { SitePage } from './site-layout.ts';
import { appears, onControl } from './wait.ts';

const UPLOAD_MS = 120_000;

/** Puts everything about a listing into the form. */
export async function fillListing(site: SitePage, labels: Labels, listing: Listing, steps: Steps): Promise<void> {
  const fields = new Fields(site.page, labels);
  await steps.run('photos', () => addPhotos(site, labels, listing.photos));
  await steps.run('fields', () =>
    listing.kind === 'vehicle' ? fillVehicle(fields, listing) : fillItem(fields, listing),
  );
  await steps.run('location', () => fields.place('location', listing.location));
  await steps.run('uploads', () => uploaded(site));
}

async function addPhotos({ page }: SitePage, labels: Labels, photos: readonly string[]): Promise<void> {
  const button = page.getByRole('button', { name: labels.addPhotos });
  const chooser = await onControl('control to add photos', async () => {
    const [opened] = await Promise.all([page.waitForEvent('filechooser', { timeout: 15_000 }), button.click()]);
    return opened;
  });
  await chooser.setFiles([...photos]);
  await appears('preview of the photos', page.getByRole('img', { name: labels.preview }).nth(photos.length - 1));
}

// The fields can be filled meanwhile; Next waits for the last photo.
const uploaded = ({ page }: SitePage): Promise<void> =>
  onControl('end of the photo upload', async () => {
    const busy = page.getByRole('main').getByRole('progressbar');
    const until = Date.now() + UPLOAD_MS;
    while ((await busy.count()) > 0)
      await busy.first().waitFor({ state: 'hidden', timeout: Math.max(1, until - Date.now()) });
  });

async function fillItem(
  fields: Fields,
  { title, price, category, condition, brand, description }: Listing,
): Promise<void> {
  await fields.type('title', title);
  await fields.type('price', price);
  await fields.choose('category', category);
  await fields.choose('condition', condition);
  await fields.type('brand', brand);
  await fields.type('description', description);
}

async function fillVehicle(fields: Fields, { vehicle, price, description }: Listing): Promise<void> {
  await fields.choose('type', vehicle?.type);
  await fields.choose('year', vehicle?.year);
  await fields.type('make', vehicle?.make);
  await fields.type('model', vehicle?.model);
  await fields.type('mileage', vehicle?.mileage);
  await fields.type('price', price);
  await fields.choose('bodyStyle', vehicle?.bodyStyle);
  await fields.choose('exteriorColour', vehicle?.exteriorColour);
  await fields.choose('interiorColour', vehicle?.interiorColour);
  await fields.tick('cleanTitle', vehicle?.cleanTitle);
  await fields.choose('vehicleCondition', vehicle?.condition);
  await fields.choose('fuel', vehicle?.fuel);
  await fields.choose('transmission', vehicle?.transmission);
  await fields.type('vin', vehicle?.vin);
  await fields.type('description', description);
}
