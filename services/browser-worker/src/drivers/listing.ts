/** What is posted: the fields of a marketplace's item and vehicle forms. */
export interface Listing {
  kind: 'item' | 'vehicle';
  /** Vehicles have none of their own: their title is {@link vehicleTitle}. */
  title: string;
  description: string;
  /** In whole units of the account's currency. */
  price: number;
  /** By its English name; drivers translate it to the form's language. */
  category?: string;
  /** By its English name. */
  condition?: string;
  brand?: string;
  /** Typed into the location field; the first suggestion that starts with it is chosen. */
  location?: string;
  vehicle?: Vehicle;
  /** Paths of local files, in the order in which they are shown; 1 to {@link MAX_PHOTOS}. */
  photos: readonly string[];
}

/** A vehicle's own fields; choices are given by their English names. */
export interface Vehicle {
  type: string;
  year: number;
  make: string;
  model: string;
  mileage?: number;
  fuel?: string;
  transmission?: string;
  bodyStyle?: string;
  exteriorColour?: string;
  interiorColour?: string;
  condition?: string;
  cleanTitle?: boolean;
  vin?: string;
}

/** The most photos that the sites take; with more the form's Next stays disabled. */
export const MAX_PHOTOS = 20;

/** The title that the sites give a vehicle, and by which it is found again. */
export const vehicleTitle = ({ year, make, model }: Pick<Vehicle, 'year' | 'make' | 'model'>): string =>
  `${year} ${make} ${model}`;

/** The title under which a listing stands on the selling page. */
export const shownTitle = (listing: Pick<Listing, 'title' | 'vehicle'>): string =>
  listing.vehicle ? vehicleTitle(listing.vehicle) : listing.title;
