import Type, { type Static } from 'typebox';
import { Timestamp } from './command.ts';

/** That a lane is paused: why, and since when. */
export const LanePause = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'Shown to whoever asks' }), since: Timestamp },
  { $id: 'LanePause' },
);
/** See {@link LanePause}. */
export type LanePause = Static<typeof LanePause>;
