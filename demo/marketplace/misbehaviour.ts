import Type, { type Static } from 'typebox';

/** How the site treats one account, for tests of what its users do about it. What is left out is normal. */
export const Misbehaviour = Type.Object(
  {
    /** A session ends after so many pages and calls. */
    sessionExpiresAfter: Type.Optional(Type.Integer({ minimum: 0 })),
    /** All sessions end once so many listings have been published. */
    sessionExpiresAfterPosts: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Every page asks to confirm who it is; any six digits do. */
    checkpoint: Type.Optional(Type.Boolean()),
    /** The forms say that the limit is reached once so many listings have been published; 0: at once. */
    limitAfterPosts: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Every answer takes so much longer, in milliseconds. */
    slowMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    /**
     * Publishing goes wrong, the next `times` times (default: always). `error`: answers 500, nothing is published;
     * `answer-lost`: published, and the connection is cut; `no-answer`: published, and no answer ever comes.
     */
    publish: Type.Optional(
      Type.Object({
        fault: Type.Union([Type.Literal('error'), Type.Literal('answer-lost'), Type.Literal('no-answer')]),
        times: Type.Optional(Type.Integer({ minimum: 0 })),
      }),
    ),
    /** New listings are being reviewed. */
    reviewed: Type.Optional(Type.Boolean()),
    /** `b`: another order of fields, `aria-label`, native selects; publishing leads to the listing. */
    layout: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
  },
  { additionalProperties: false },
);
/** See {@link Misbehaviour}. */
export type Misbehaviour = Static<typeof Misbehaviour>;
