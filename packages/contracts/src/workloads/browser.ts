import Type, { type Static } from 'typebox';

/** The sites that have a driver; see docs/marketplace.md. */
export const MarketplaceSite = Type.Union([Type.Literal('generic'), Type.Literal('facebook')]);
/** See {@link MarketplaceSite}. */
export type MarketplaceSite = Static<typeof MarketplaceSite>;

/** What an account is like: see docs/marketplace.md for what each state asks of its owner. */
export const AccountState = Type.Union([
  Type.Literal('ok'),
  Type.Literal('login_required'),
  Type.Literal('verification_required'),
  Type.Literal('rate_limited'),
  Type.Literal('site_error'),
]);
/** See {@link AccountState}. */
export type AccountState = Static<typeof AccountState>;

/** An account's id: the lane of its jobs. Not its e-mail address, because lanes stand in logs and metrics. */
export const AccountId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: "The account's id" });

const Words = Type.String({ minLength: 1, maxLength: 100 });

/** What a vehicle's form asks for; choices by their English names. The title is made of year, make and model. */
export const ListingVehicle = Type.Object(
  {
    type: Words,
    year: Type.Integer({ minimum: 1900, maximum: 2100 }),
    make: Words,
    model: Words,
    mileage: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999_999 })),
    fuel: Type.Optional(Words),
    transmission: Type.Optional(Words),
    bodyStyle: Type.Optional(Words),
    exteriorColour: Type.Optional(Words),
    interiorColour: Type.Optional(Words),
    condition: Type.Optional(Words),
    cleanTitle: Type.Optional(Type.Boolean()),
    vin: Type.Optional(Words),
  },
  { additionalProperties: false },
);
/** See {@link ListingVehicle}. */
export type ListingVehicle = Static<typeof ListingVehicle>;

/** What is posted. The site's own form has the last word on what it takes. */
export const ListingData = Type.Object(
  {
    /** Of a vehicle it is not used. */
    title: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.String({ maxLength: 10_000 }),
    /** In whole units of the account's currency. */
    price: Type.Integer({ minimum: 0, maximum: 999_999_999 }),
    category: Type.Optional(Words),
    condition: Type.Optional(Words),
    brand: Type.Optional(Words),
    location: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    vehicle: Type.Optional(ListingVehicle),
    /** URLs of the photos, in the order in which they are shown; the sites take 20. */
    images: Type.Array(Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$' }), {
      minItems: 1,
      maxItems: 20,
    }),
  },
  { additionalProperties: false },
);
/** See {@link ListingData}. */
export type ListingData = Static<typeof ListingData>;

/** Input of a `browser` command that posts one listing. */
export const PostData = Type.Object(
  {
    operation: Type.Literal('post'),
    accountId: AccountId,
    listing: ListingData,
    /** Post it although the account has posted the very same before. */
    allowDuplicate: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
/** See {@link PostData}. */
export type PostData = Static<typeof PostData>;

/** Input of a `browser` command that renews listings that are due. */
export const RenewData = Type.Object(
  {
    operation: Type.Literal('renew'),
    accountId: AccountId,
    /** The most listings to renew; what is not due does not count. */
    renewalCount: Type.Integer({ minimum: 1, maximum: 500 }),
  },
  { additionalProperties: false },
);
/** See {@link RenewData}. */
export type RenewData = Static<typeof RenewData>;

/** Input of a `browser` command. No secrets: the account's session is found by its id. */
export const BrowserData = Type.Union([PostData, RenewData], { $id: 'BrowserData' });
/** See {@link BrowserData}. */
export type BrowserData = Static<typeof BrowserData>;

const measured = {
  /** What was done, in order, and how long it took. */
  steps: Type.Array(Type.Object({ name: Type.String(), ms: Type.Integer() })),
  durationMs: Type.Integer(),
};

/** Result of a completed post. */
export const PostOutcome = Type.Object({
  operation: Type.Literal('post'),
  listingId: Type.String(),
  listingUrl: Type.String(),
  /** The site reviews the listing before it shows it. */
  reviewed: Type.Boolean(),
  /** An earlier attempt had published it; this one found it on the selling page. */
  foundAgain: Type.Optional(Type.Literal(true)),
  ...measured,
});
/** See {@link PostOutcome}. */
export type PostOutcome = Static<typeof PostOutcome>;

/** What became of one listing in a renewal. */
export const RenewedListing = Type.Object({
  listingId: Type.String(),
  title: Type.String(),
  outcome: Type.Union([Type.Literal('renewed'), Type.Literal('not-due'), Type.Literal('failed')]),
  reason: Type.Optional(Type.String()),
});
/** See {@link RenewedListing}. */
export type RenewedListing = Static<typeof RenewedListing>;

/** Result of a completed renewal, also when single listings failed. */
export const RenewOutcome = Type.Object({
  operation: Type.Literal('renew'),
  renewed: Type.Integer(),
  notDue: Type.Integer(),
  failed: Type.Integer(),
  listings: Type.Array(RenewedListing),
  ...measured,
});
/** See {@link RenewOutcome}. */
export type RenewOutcome = Static<typeof RenewOutcome>;

/** Result of a `browser` command. */
export const BrowserResult = Type.Union([PostOutcome, RenewOutcome], { $id: 'BrowserResult' });
/** See {@link BrowserResult}. */
export type BrowserResult = Static<typeof BrowserResult>;
