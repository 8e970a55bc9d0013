/** The form fields that a site may have, by what they hold. */
export type FieldName =
  | 'title'
  | 'price'
  | 'category'
  | 'condition'
  | 'brand'
  | 'description'
  | 'location'
  | 'type'
  | 'year'
  | 'make'
  | 'model'
  | 'mileage'
  | 'fuel'
  | 'transmission'
  | 'bodyStyle'
  | 'exteriorColour'
  | 'interiorColour'
  | 'vehicleCondition'
  | 'cleanTitle'
  | 'vin';

/**
 * What a site's controls are called in one language: accessible names, which survive new layouts and generated class
 * names. Texts match exactly, patterns as they say.
 */
export interface Labels {
  login: { email: string; password: string; submit: string };
  /** Headings of pages that stand in the way. */
  verification: RegExp;
  limit: RegExp;
  fields: Readonly<Record<FieldName, string>>;
  addPhotos: string | RegExp;
  /** Names of the previews of uploaded photos. */
  preview: RegExp;
  next: string;
  publish: string;
  /** Heading of the account's own listings; its first group, if any, is how many there are. */
  listings: RegExp;
  renew: string | RegExp;
  renewed: RegExp;
  seeMore: string;
  reviewing: RegExp;
  /** Choices by their English names, where the language calls them otherwise. */
  choices: Readonly<Record<string, string>>;
}
