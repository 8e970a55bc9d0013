/**
 * How a turn ended. `more`: the lane has more commands. `drained`: it had none from this sequence on. `waits`: nothing can
 * start before a time (milliseconds since the epoch). `busy`: all that could start is being worked on by others.
 * `left`: another worker may still be at the lane's first command. `lost`: another worker has taken the job over.
 */
export type TurnEnd =
  | { type: 'more' }
  | { type: 'drained'; from: number }
  | { type: 'waits'; until: number }
  | { type: 'busy' }
  | { type: 'left' }
  | { type: 'lost' };
