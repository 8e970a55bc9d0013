import Type, { type Static } from 'typebox';

/**
 * Input of `remove-bg`: cut the subject out of one photo. Lane: the vendor.
 * Format, size and background are made from the cut-out; see docs/images.md.
 */
export const RemoveBgOptions = Type.Object(
  {
    /** Output format; `jpeg` needs a background (white when none is given). */
    format: Type.Optional(Type.Union([Type.Literal('png'), Type.Literal('webp'), Type.Literal('jpeg')])),
    /** Background colour `#rrggbb`; left out: transparent. */
    background: Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$' })),
    /** Crop to the subject. */
    trim: Type.Optional(Type.Boolean()),
    /** Margin around the trimmed subject, as a share of its longer side. */
    margin: Type.Optional(Type.Number({ minimum: 0, maximum: 0.5 })),
    /** Longest side of the output in pixels; never enlarges. */
    maxSize: Type.Optional(Type.Integer({ minimum: 16, maximum: 10_000 })),
    /** Return the grey mask instead of the cut-out. */
    maskOnly: Type.Optional(Type.Boolean()),
    /** Segmentation model of rembg. */
    model: Type.Optional(
      Type.Union([
        Type.Literal('u2net'),
        Type.Literal('u2netp'),
        Type.Literal('u2net_human_seg'),
        Type.Literal('silueta'),
        Type.Literal('isnet-general-use'),
        Type.Literal('isnet-anime'),
        Type.Literal('birefnet-general'),
        Type.Literal('birefnet-general-lite'),
        Type.Literal('birefnet-portrait'),
      ]),
    ),
  },
  { additionalProperties: false },
);
/** See {@link RemoveBgOptions}. */
export type RemoveBgOptions = Static<typeof RemoveBgOptions>;

/** Input of a `remove-bg` command. */
export const RemoveBgData = Type.Object(
  {
    recordId: Type.String({ minLength: 1, maxLength: 64 }),
    projectId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    photoUrl: Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$' }),
    vendorId: Type.String({ minLength: 1, maxLength: 64 }),
    options: Type.Optional(RemoveBgOptions),
  },
  { $id: 'RemoveBgData', additionalProperties: false },
);
/** See {@link RemoveBgData}. */
export type RemoveBgData = Static<typeof RemoveBgData>;

/** Result of a completed `remove-bg` job. Sizes in pixels and bytes. */
export const RemoveBgResult = Type.Object(
  {
    success: Type.Literal(true),
    recordId: Type.String(),
    photoUrl: Type.String(),
    width: Type.Integer(),
    height: Type.Integer(),
    bytes: Type.Integer(),
    format: Type.String(),
  },
  { $id: 'RemoveBgResult' },
);
/** See {@link RemoveBgResult}. */
export type RemoveBgResult = Static<typeof RemoveBgResult>;
