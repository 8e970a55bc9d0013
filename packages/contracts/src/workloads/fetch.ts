import Type, { type Static } from 'typebox';

/** Wall-clock time of the dealer's server, `YYYY-MM-DD HH:MM:SS`. */
export const DealerTime = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01]) ([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$',
  description: "YYYY-MM-DD HH:MM:SS, local time of the dealer's server",
});

/** A dealer's code, as it is known nationally: text, leading zeros kept. */
export const DealerCode = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', description: "The dealer's code" });

/** Input of `fetch`: read one kind of data of one dealer. Lane: the dealer. */
export const FetchData = Type.Object(
  {
    dealerId: DealerCode,
    /** One of the modules of packages/dgi, by its fetch_type. */
    fetchType: Type.String({ pattern: '^[a-z][a-z0-9_]{0,40}$' }),
    /** Left out: 00:00:00 six days before `toTime`. */
    fromTime: Type.Optional(DealerTime),
    /** Left out: when the job runs. */
    toTime: Type.Optional(DealerTime),
    /** Only what belongs to this order. */
    noPo: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** Count, and write nothing. */
    validateOnly: Type.Optional(Type.Boolean()),
    /** The schedule that submitted the job. */
    scheduleId: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { $id: 'FetchData', additionalProperties: false },
);
/** See {@link FetchData}. */
export type FetchData = Static<typeof FetchData>;

const Count = Type.Integer({ minimum: 0 });

/** Result of a completed `fetch` job. Counts of rows by their natural key. */
export const FetchResult = Type.Object(
  {
    success: Type.Literal(true),
    dealerId: Type.String(),
    fetchType: Type.String(),
    fromTime: Type.String(),
    toTime: Type.String(),
    /** Requests' time ranges that the job was split into. */
    windows: Count,
    inserted: Count,
    updated: Count,
    unchanged: Count,
    /** Rows that could not be stored; why is in the table `fetch_rejects`. */
    rejected: Count,
    validateOnly: Type.Optional(Type.Boolean()),
  },
  { $id: 'FetchResult' },
);
/** See {@link FetchResult}. */
export type FetchResult = Static<typeof FetchResult>;
